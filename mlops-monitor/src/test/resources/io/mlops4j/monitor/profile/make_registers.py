"""Makes registers.json: HyperLogLog registers and estimates as the Javadoc of Profile.toBytes
describes them, computed with nothing of mlops4j.

    make_registers.py

Written with Python 3.13.
"""

import json
import math
import pathlib
import struct

M = 2048
ALL = (1 << 64) - 1


def mix32(x):
    x ^= x >> 16
    x = x * 0x7FEB352D & 0xFFFFFFFF
    x ^= x >> 15
    x = x * 0x846CA68B & 0xFFFFFFFF
    return x ^ x >> 16


def mix64(x):
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & ALL
    x = (x ^ x >> 27) * 0x94D049BB133111EB & ALL
    return x ^ x >> 31


def float_bits(value):
    try:
        narrow = struct.pack(">f", value)
    except OverflowError:
        return None
    return struct.unpack(">I", narrow)[0] if struct.unpack(">f", narrow)[0] == value else None


def place_number(value):
    bits = float_bits(value)
    if bits is not None:
        word = mix32(bits)
        return word >> 21, 21 - (word & 0x1FFFFF).bit_length() + 1
    return place(mix64(struct.unpack(">Q", struct.pack(">d", value))[0]))


def place_text(text):
    word = 0xCBF29CE484222325
    for byte in text.encode():
        word = (word ^ byte) * 0x100000001B3 & ALL
    return place(mix64(word))


def place(word):
    return word >> 53, 53 - (word & (1 << 53) - 1).bit_length() + 1


def registers(places):
    values = [0] * M
    for index, rank in places:
        values[index] = max(values[index], rank)
    return values


def estimate(values):
    """Maximum likelihood is not it: Ertl 2017, algorithm 6, q = 53."""
    count = [values.count(k) for k in range(55)]
    z = M * tau(1 - count[54] / M)
    for k in range(53, 0, -1):
        z = (z + count[k]) / 2
    z += M * sigma(count[0] / M)
    return round(M * M / (2 * math.log(2)) / z)


def sigma(x):
    if x == 1:
        return math.inf
    return x + sum(x ** 2**k * 2 ** (k - 1) for k in range(1, 60))


def tau(x):
    if x in (0, 1):
        return 0
    return (1 - x - sum((1 - x ** 2**-k) ** 2 * 2**-k for k in range(1, 60))) / 3


def case(places):
    values = registers(places)
    return {"registers": bytes(values).hex(), "estimate": estimate(values)}


def as_float(value):
    return struct.unpack(">f", struct.pack(">f", value))[0]


cases = {
    "floats": case(place_number(as_float(i / 7)) for i in range(1000)),
    "doubles": case(place_number(i / 7) for i in range(20000)),
    "texts": case(place_text("text \u00e9 %d" % i) for i in range(300)),
    "none": {"registers": bytes(M).hex(), "estimate": 0},
}
(pathlib.Path(__file__).parent / "registers.json").write_text(
    json.dumps(cases, separators=(",", ":")) + "\n"
)
