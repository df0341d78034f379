# In an instance: answers what it hears on a TCP and on a UDP port of the same number, with the word `inside` before it.
use strict; use warnings; use IO::Socket::INET; use IO::Select;
my $port = shift or die "a port\n";
my %about = (LocalAddr => "0.0.0.0", LocalPort => $port, ReuseAddr => 1);
my $tcp = IO::Socket::INET->new(%about, Listen => 64) or die "tcp: $!\n";
my $udp = IO::Socket::INET->new(%about, Proto => "udp") or die "udp: $!\n";
my $all = IO::Select->new($tcp, $udp);
while (my @ready = $all->can_read) {
  for my $one (@ready) {
    if ($one == $tcp) { $all->add($tcp->accept); next }
    if ($one == $udp) { $udp->recv(my $datagram, 65535); $udp->send("inside $datagram"); next }
    if (sysread $one, my $bytes, 65536) { syswrite $one, "inside $bytes" } else { $all->remove($one); close $one }
  }
}
