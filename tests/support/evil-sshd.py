# An sshd that opens channels of its own accord. It speaks with one caller through the command that it is given.
# Usage: evil-sshd.py HOST-KEY MODE COUNT COMMAND...   MODE: unasked | asked
import json, socket, subprocess, sys, threading
import paramiko

key, mode, count, command = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]
REASONS = {1: "prohibited", 2: "failed", 3: "unknown", 4: "shortage"}


class Server(paramiko.ServerInterface):
    def __init__(self):
        self.begin = threading.Event()
        self.port = 0

    def get_allowed_auths(self, username):
        return "publickey"

    def check_auth_publickey(self, username, key):
        return paramiko.AUTH_SUCCESSFUL

    def check_channel_request(self, kind, chanid):
        return paramiko.OPEN_SUCCEEDED

    def check_channel_shell_request(self, channel):
        if mode == "unasked":
            self.begin.set()
        return True

    def check_channel_exec_request(self, channel, command):
        return self.check_channel_shell_request(channel)

    def check_channel_pty_request(self, *_):
        return True

    def check_port_forward_request(self, address, port):
        self.port = port
        self.begin.set()
        return port


ours, theirs = socket.socketpair()
relay = subprocess.Popen(command, stdin=theirs, stdout=theirs)
theirs.close()
transport = paramiko.Transport(ours)
transport.add_server_key(paramiko.Ed25519Key.from_private_key_file(key))
server = Server()
transport.start_server(server=server)
server.begin.wait(60)
told, lock = {}, threading.Lock()


def open_one(kind, port):
    try:
        if kind == "forwarded-tcpip":
            transport.open_channel(kind, ("localhost", port), ("192.0.2.1", 4711), timeout=15)
        elif kind == "direct-tcpip":
            transport.open_channel(kind, ("169.254.169.254", 80), ("192.0.2.1", 4711), timeout=15)
        elif kind == "x11":
            transport.open_channel(kind, None, ("192.0.2.1", 4711), timeout=15)
        else:
            transport.open_channel(kind, timeout=15)
        how = "opened"
    except paramiko.ChannelException as refused:
        how = REASONS.get(refused.code, str(refused.code))
    except Exception as error:
        # Of several that are refused at once, paramiko tells the reason of one.
        how = "unanswered" if "imeout" in str(error) else "refused"
    with lock:
        of = told.setdefault(kind, {})
        of[how] = of.get(how, 0) + 1


if mode == "asked":
    # At once, because none of them may be answered.
    threads = [threading.Thread(target=open_one, args=("forwarded-tcpip", server.port), daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
else:
    for kind in ["forwarded-tcpip", "auth-agent@openssh.com", "x11", "session", "direct-tcpip"]:
        for _ in range(count):
            open_one(kind, 9001)
print(json.dumps(told), flush=True)
transport.close()
relay.terminate()
