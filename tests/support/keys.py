# Keys typed into shells, each in a terminal of its own: how long until the screen shows them, or until Ctrl-C is heard.
# Reads lines of JSON: {"open": NAME, "command": [...]}, {"echo": NAME, "keys": N} or {"interrupt": NAME}; answers each
# with a line, in milliseconds.
import json, os, pty, re, select, sys, time

shells = {}

def read(fd, seconds):
    if not select.select([fd], [], [], seconds)[0]:
        raise SystemExit("nothing comes from %d in %d s" % (fd, seconds))
    return os.read(fd, 1 << 16)

def expect(fd, pattern, seconds=30):
    seen, end = b"", time.monotonic() + seconds
    while not re.search(pattern, seen):
        seen = seen[-4096:] + read(fd, max(0.1, end - time.monotonic()))

def start(command):
    pid, fd = pty.fork()
    if pid == 0:
        os.execvp(command[0], command)
    expect(fd, rb"# $")
    # A prompt that nothing else looks like, and no bell and colours between a key and its echo.
    os.write(fd, b"PS1='rea''dy> '; bind 'set bell-style none'\r")
    expect(fd, rb"ready> $")
    return fd

def echo(fd, keys):
    times = []
    for n in range(keys):
        if n % 30 == 29:
            os.write(fd, b"\x15")
            while select.select([fd], [], [], 0.2)[0]:
                os.read(fd, 1 << 16)
        begun = time.monotonic()
        os.write(fd, b"x")
        while b"x" not in read(fd, 30):
            pass
        times.append((time.monotonic() - begun) * 1000)
    os.write(fd, b"\x15")
    while select.select([fd], [], [], 0.2)[0]:
        os.read(fd, 1 << 16)
    return times

def interrupt(fd):
    os.write(fd, b"yes 'a line that goes on and on'\r")
    got = 0
    while got < 4 << 20:
        got += len(read(fd, 30))
    begun = time.monotonic()
    os.write(fd, b"\x03")
    expect(fd, rb"\^C[^^]*ready> $")
    return (time.monotonic() - begun) * 1000

for line in sys.stdin:
    ask = json.loads(line)
    if "open" in ask:
        shells[ask["open"]] = start(ask["command"])
        answer = True
    elif "echo" in ask:
        answer = echo(shells[ask["echo"]], ask["keys"])
    else:
        answer = interrupt(shells[ask["interrupt"]])
    print(json.dumps(answer), flush=True)
