#!/usr/bin/perl
# A small web server for an instance: shows what it is asked and remembers it, streams, takes uploads, speaks WebSocket and
# the rest of HTTP, and serves the pages beside it.
use strict; use warnings;
use IO::Socket::INET; use Digest::SHA qw(sha256_hex sha1_base64); use Time::HiRes qw(sleep);
$SIG{CHLD} = 'IGNORE'; $SIG{PIPE} = 'IGNORE';
my ($port) = @ARGV;
my $listener = IO::Socket::INET->new(Listen => 64, LocalAddr => '0.0.0.0', LocalPort => $port, ReuseAddr => 1) or die "no port: $!";
while (1) {
    my $client = $listener->accept or next;
    next if fork;
    binmode $client; $client->autoflush(1);
    my ($head, $rest) = ('', '');
    while ($head !~ /\r\n\r\n/) { sysread($client, $head, 65536, length $head) or exit }
    ($head, $rest) = split /\r\n\r\n/, $head, 2;
    my ($method, $path) = $head =~ /^(\S+) (\S+)/;
    my ($length) = $head =~ /^content-length: *(\d+)/mi;
    my $chunked = $head =~ /^transfer-encoding: *chunked/mi;
    if ($path ne '/seen') { open my $seen, '>>', "/root/seen-$port"; syswrite $seen, "$method $path\n" }
    my $answer = sub { my ($body, @more) = @_; print $client join("\r\n", "HTTP/1.1 200 OK", "Content-Length: " . length $body, "Connection: close", @more, "", $body) };
    if ($path =~ m{^/ws}) {
        my ($key) = $head =~ /^sec-websocket-key: *(\S+)/mi;
        print $client "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " . sha1_base64($key . "258EAFA5-E914-47DA-95CA-C5AB0DC85B11") . "=\r\n\r\n";
        my $buffer = $rest;
        my $more = sub { while (length $buffer < $_[0]) { sysread($client, $buffer, 65536, length $buffer) or exit } };
        while (1) {
            $more->(2);
            my ($first, $second) = unpack 'CC', $buffer;
            my ($size, $at) = ($second & 127, 2);
            if ($size == 126) { $more->(4); ($size, $at) = (unpack('n', substr $buffer, 2), 4) }
            elsif ($size == 127) { $more->(10); ($size, $at) = (unpack('Q>', substr $buffer, 2), 10) }
            $more->($at + 4 + $size);
            my $mask = substr $buffer, $at, 4;
            my $data = substr($buffer, $at + 4, $size) ^ substr($mask x (int($size / 4) + 1), 0, $size);
            substr($buffer, 0, $at + 4 + $size) = '';
            exit if ($first & 15) == 8;
            print $client pack('C', $first) . ($size > 65535 ? pack('CQ>', 127, $size) : $size > 125 ? pack('Cn', 126, $size) : pack('C', $size)) . $data;
        }
    } elsif ($path eq '/upload') {
        my ($sha, $count) = (Digest::SHA->new(256), 0);
        if ($chunked) {
            my $buffer = $rest;
            my $more = sub { sysread($client, $buffer, 65536, length $buffer) or exit };
            while (1) {
                $more->() while $buffer !~ /\r\n/;
                my ($size) = $buffer =~ /^([0-9a-fA-F]+)/; $buffer =~ s/^[^\r\n]*\r\n//; $size = hex $size;
                last if $size == 0;
                $more->() while length $buffer < $size + 2;
                $sha->add(substr $buffer, 0, $size); $count += $size; substr($buffer, 0, $size + 2) = '';
            }
        } else {
            $sha->add($rest); $count = length $rest;
            while ($count < $length) { my $got = sysread($client, my $piece, 65536) or exit; $sha->add($piece); $count += $got }
        }
        $answer->("$count " . $sha->hexdigest);
    } elsif ($path eq '/echo') {
        while (length $rest < $length) { sysread($client, $rest, 65536, length $rest) or exit }
        $answer->($rest);
    } elsif ($path eq '/events') {
        print $client "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
        for my $n (1 .. 3) { print $client "data: event $n\n\n"; sleep 0.4 }
    } elsif ($path eq '/chunked') {
        print $client "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        for my $n (1 .. 3) { print $client "7\r\npiece $n\r\n"; sleep 0.2 }
        print $client "0\r\n\r\n";
    } elsif ($path =~ m{^/bytes/(\d+)}) {
        my $left = $1; print $client "HTTP/1.1 200 OK\r\nContent-Length: $left\r\nConnection: close\r\n\r\n";
        my $piece = "\0" x 65536;
        while ($left > 0) { my $size = $left < 65536 ? $left : 65536; print $client substr($piece, 0, $size) or exit; $left -= $size }
    } elsif ($path eq '/ticks') {
        print $client "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
        for (my $n = 1; ; $n++) { print $client "data: tick $n\n\n" or exit; sleep 0.05 }
    } elsif ($path eq '/seen') {
        open my $seen, '<', "/root/seen-$port"; local $/; $answer->(<$seen> // '', "Content-Type: text/plain");
    } elsif ($path =~ m{^/page/([a-z-]+)}) {
        open my $page, '<', "/root/$1.html"; local $/; $answer->(<$page> // 'no such page', "Content-Type: text/html");
    } elsif ($path eq '/head') {
        # As it came, with whatever stands behind the body.
        select undef, undef, undef, 0.3;
        my $flags = ''; $client->blocking(0); while (sysread($client, $flags, 65536)) { $rest .= $flags } $client->blocking(1);
        $answer->("$head\r\n\r\n$rest", "Content-Type: text/plain");
    } elsif ($path eq '/cookies') {
        $answer->("set", "Set-Cookie: own=1; Path=/", "Set-Cookie: wide=1; Domain=apps.localhost; Path=/", "Set-Cookie: dh_session=stolen", "Keep-Alive: timeout=5");
    } elsif ($path eq '/peer') {
        $answer->($client->peerhost);
    } elsif ($path eq '/bytes-above') {
        # UTF-8, Latin-1, and what is neither.
        $answer->("set", "Set-Cookie: name=Jos\xc3\xa9; Domain=apps.localhost; Path=/", "Set-Cookie: latin=Jos\xe9", "Set-Cookie: dh_session=\xff", "X-Place: Z\xfcrich", "Content-Disposition: attachment; filename=\"\xe9\"");
    } elsif ($path eq '/cors') {
        my ($origin) = $head =~ /^origin: *(\S+)/mi;
        print $client "HTTP/1.1 204 No Content\r\nAccess-Control-Allow-Origin: $origin\r\nAccess-Control-Allow-Methods: PUT\r\nAccess-Control-Max-Age: 60\r\nVary: Origin\r\nConnection: close\r\n\r\n";
    } elsif ($path eq '/range') {
        my ($all, $from, $to) = ('0123456789', $head =~ /^range: *bytes=(\d+)-(\d+)/mi);
        my $part = substr $all, $from, $to - $from + 1;
        print $client "HTTP/1.1 206 Partial Content\r\nAccept-Ranges: bytes\r\nContent-Range: bytes $from-$to/10\r\nContent-Length: " . length($part) . "\r\nConnection: close\r\n\r\n$part";
    } elsif ($path eq '/hints') {
        print $client "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload; as=style\r\n\r\n";
        sleep 0.2; $answer->("hinted");
    } elsif ($path eq '/trailers') {
        my $wanted = $head =~ /^te: *trailers/mi;
        print $client "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum, Set-Cookie\r\n\r\n4\r\nbody\r\n0\r\n" . ($wanted ? "X-Sum: 42\r\nSet-Cookie: dh_session=x\r\n" : "") . "\r\n";
    } elsif ($path eq '/length') {
        print $client "HTTP/1.1 200 OK\r\nContent-Length: 1234\r\nConnection: close\r\n\r\n"; print $client "x" x 1234 if $method ne 'HEAD';
    } elsif ($path eq '/lengthless') {
        print $client "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"; print $client "4\r\nbody\r\n0\r\n\r\n" if $method ne 'HEAD';
    } elsif ($path eq '/known') {
        print $client "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\nConnection: close\r\n\r\n";
    } elsif ($path =~ m{^/reason/(plain|latin)$}) {
        my $reason = $1 eq 'plain' ? "Nobody is here" : "Jos\xe9 is not here";
        print $client "HTTP/1.1 404 $reason\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    } elsif ($path eq '/refuse') {
        # Reads nothing of the body, and says nothing before the last answer.
        print $client "HTTP/1.1 413 Payload Too Large\r\nContent-Length: 8\r\nConnection: close\r\n\r\ntoo much";
    } elsif ($path eq '/continue') {
        print $client "HTTP/1.1 100 Continue\r\n\r\n";
        while (length $rest < $length) { sysread($client, $rest, 65536, length $rest) or exit }
        $answer->("took $rest");
    } elsif ($path eq '/switch') {
        my ($to) = $head =~ /^upgrade: *(.*?)\r?$/mi;
        if (!defined $to) { $answer->("stayed"); close $client; exit }
        print $client "HTTP/1.1 101 Switching Protocols\r\nUpgrade: $to\r\nConnection: Upgrade\r\n\r\nhello in $to\n";
        print $client $rest if length $rest;
        while (sysread($client, my $piece, 65536)) { print $client $piece or exit }
    } elsif ($path eq '/garbage') {
        print $client "this is no HTTP at all\n";
    } else { $answer->("$head\n", "Content-Type: text/plain") }
    close $client; exit;
}
