"""Makes two builds of one commit in one folder equal, in place: PROGRAM, stripped, for a 64-bit machine of little endian.

Two parts of the program differ from build to build, and the running program uses neither. In .swift_modhash the compiler keeps
hashes for its next build: they become zero. The build id is a digest of the program with its debugging sections: it becomes a
digest of the stripped program.
"""

import hashlib
import struct
import sys


def sections(data):
    """Returns the offset and the size of each section's content by name (elf(5))."""
    table, = struct.unpack_from("<Q", data, 0x28)
    size, count, names = struct.unpack_from("<HHH", data, 0x3A)
    headers = [struct.unpack_from("<IIQQQQ", data, table + index * size) for index in range(count)]
    text = headers[names][4]
    return {data[text + name:data.index(b"\0", text + name)].decode(): (offset, length)
            for name, _, _, _, offset, length in headers}


def main(path):
    with open(path, "r+b") as file:
        data = bytearray(file.read())
        assert data[:6] == b"\x7fELF\x02\x01", f"{path} is no program of 64 bits and little endian"
        found = sections(data)
        offset, length = found[".swift_modhash"]
        data[offset:offset + length] = bytes(length)
        # The note's header has 16 bytes: three sizes and the name GNU.
        offset, length = found[".note.gnu.build-id"]
        start, size = offset + 16, length - 16
        data[start:start + size] = bytes(size)
        data[start:start + size] = hashlib.sha256(data).digest()[:size]
        file.seek(0)
        file.write(data)


main(sys.argv[1])
