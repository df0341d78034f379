// What goes wrong, by name. Each does its harm to the installation and gives back how it is healed.
import { containers } from "./containers.mjs";
import { disks } from "./disks.mjs";
import { engine } from "./engine.mjs";
import { network } from "./network.mjs";
import { programs } from "./programs.mjs";

export const FAULTS = { ...programs, ...network, ...engine, ...containers, ...disks };

/** Those that reach no container: what runs goes on, and is not even started anew. */
export const isGentle = (name) => name in programs || name in network;
