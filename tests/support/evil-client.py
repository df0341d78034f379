# A client that asks for a forward and then never answers what is opened for it.
# Usage: evil-client.py HOST PORT USER KEY
import sys, time
import paramiko

host, port, user, key = sys.argv[1:]
# 90 is a request to open a channel.
paramiko.Transport._handler_table[90] = lambda self, message: None
transport = paramiko.Transport((host, int(port)))
transport.connect(username=user, pkey=paramiko.Ed25519Key.from_private_key_file(key))
transport.request_port_forward("localhost", 9001, lambda *_: None)
print("asked", flush=True)
while transport.is_active():
    time.sleep(0.1)
