// What goes wrong, by name. Each does its harm to the installation and gives back how it is healed.
import { administrators } from "./administrators.mjs";
import { containers } from "./containers.mjs";
import { disks } from "./disks.mjs";
import { engine } from "./engine.mjs";
import { network } from "./network.mjs";
import { programs } from "./programs.mjs";

export const FAULTS = { ...programs, ...network, ...engine, ...containers, ...disks, ...administrators };

/** Those that reach no container: what runs goes on, and is not even started anew. */
export const isGentle = (name) => name in programs || name in network;

/** Those before which all others are healed. A server does not start on a full disk, and says so; that is another test's. */
export const needsHealth = (name) => /^the server is|^everything is killed|^another program/.test(name) || name in administrators;

/** Those that are over before the next one begins: without a server little else can be harmed. */
export const mayNotOverlap = (name) => name.startsWith("the server is");
