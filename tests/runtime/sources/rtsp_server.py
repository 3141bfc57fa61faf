"""A camera that speaks RTSP (RFC 2326) and asks for a password; H.264 over RTP (RFC 6184), within TCP or by UDP."""

from __future__ import annotations

import socket
import struct
from base64 import b64encode
from collections.abc import Iterator, Sequence
from socketserver import StreamRequestHandler, ThreadingTCPServer

import numpy as np

from runtime.sources import h264
from runtime.sources.camera import FPS, Camera

HEADERS = h264.headers(64, 48, FPS)
LONGEST = 1400  # of a packet, so that a picture needs several, as in a real network
PASSWORD = "Basic " + b64encode(b"me:secret").decode()
SDP = f"""v=0
o=- 1 1 IN IP4 127.0.0.1
s=camera
c=IN IP4 0.0.0.0
t=0 0
m=video 0 RTP/AVP 96
a=rtpmap:96 H264/90000
a=fmtp:96 packetization-mode=1;sprop-parameter-sets={",".join(b64encode(unit).decode() for unit in HEADERS)}
a=control:track1
""".replace("\n", "\r\n")


class RtspCamera(Camera):
    """See :class:`Camera`; it refuses what it is asked for with 503.

    Args:
        plan: as there.
        udp: it sends by UDP only; else within the connection only.
    """

    def __init__(self, plan: Sequence[tuple[int, float] | None], udp: bool = False) -> None:
        self.udp = udp
        server = ThreadingTCPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"camera": self}))
        server.daemon_threads = True
        super().__init__(plan, server, "rtsp")


class _Handler(StreamRequestHandler):
    camera: RtspCamera
    part: tuple[int, float] | None = None
    sequence = 0

    def handle(self) -> None:
        self.media = socket.socket(type=socket.SOCK_DGRAM)
        self.media.bind(("127.0.0.1", 0))
        with self.media:
            while method := self.rfile.readline().partition(b" ")[0].decode():
                headers = dict(self._headers())
                self._answer(headers["CSeq"], *self._reply(method, headers))
                if method == "PLAY":
                    self.camera.play(self._send, *self.part or (0, 0.0))
                    return

    def _headers(self) -> Iterator[tuple[str, str]]:
        while line := self.rfile.readline().decode().strip():
            name, _, value = line.partition(": ")
            yield name, value

    def _reply(self, method: str, headers: dict[str, str]) -> tuple[str, list[str], str]:
        if method == "OPTIONS":
            return "200 OK", ["Public: DESCRIBE, SETUP, PLAY"], ""
        if headers.get("Authorization") != PASSWORD:
            return "401 Unauthorized", ['WWW-Authenticate: Basic realm="camera"'], ""
        if method == "DESCRIBE":
            self.part = self.camera.connected()
            return (
                ("200 OK", ["Content-Type: application/sdp"], SDP) if self.part else ("503 Service Unavailable", [], "")
            )
        return self._set_up(headers["Transport"]) if method == "SETUP" else ("200 OK", ["Session: 1"], "")

    def _set_up(self, transport: str) -> tuple[str, list[str], str]:
        if ("TCP" in transport) == self.camera.udp:
            return "461 Unsupported Transport", [], ""
        if self.camera.udp:
            port = self.media.getsockname()[1]
            self.media.connect(("127.0.0.1", int(transport.partition("client_port=")[2].partition("-")[0])))
            transport += f";server_port={port}-{port + 1}"
        return "200 OK", ["Session: 1", f"Transport: {transport}"], ""

    def _answer(self, number: str, status: str, headers: list[str], body: str) -> None:
        lines = [f"RTSP/1.0 {status}", f"CSeq: {number}", *headers, f"Content-Length: {len(body)}", "", body]
        self.wfile.write("\r\n".join(lines).encode())

    def _send(self, number: int, picture: np.ndarray) -> None:
        packets = [packet for unit in (*HEADERS, h264.picture(picture, number)) for packet in _parts(unit)]
        for place, payload in enumerate(packets, 1):
            last = 0x80 if place == len(packets) else 0
            self.sequence += 1
            head = struct.pack(">BBHII", 0x80, last | 96, self.sequence, number * 90000 // FPS, 1)
            self._send_packet(head + payload)

    def _send_packet(self, packet: bytes) -> None:
        if self.camera.udp:
            self.media.send(packet)
        else:
            self.wfile.write(struct.pack(">cBH", b"$", 0, len(packet)) + packet)


def _parts(unit: bytes) -> Iterator[bytes]:
    """A NAL unit as it is, or in fragments (FU-A)."""
    if len(unit) <= LONGEST:
        yield unit
        return
    for begin in range(1, len(unit), LONGEST):
        ends = begin + LONGEST >= len(unit)
        mark = (0x80 if begin == 1 else 0) | (0x40 if ends else 0)
        yield bytes([unit[0] & 0x60 | 28, mark | unit[0] & 0x1F]) + unit[begin : begin + LONGEST]
