import Foundation
import TestSupport

/// Returns a free port.
func freePort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let status = withUnsafeMutableBytes(of: &address) { bytes in
        bytes.withMemoryRebound(to: sockaddr.self) { pointer in
            var length = socklen_t(bytes.count)
            return bind(descriptor, pointer.baseAddress, length) == 0
                ? pointer.baseAddress.map { getsockname(descriptor, $0, &length) } : -1
        }
    }
    guard status == 0 else { throw Trouble("no free port") }
    return UInt16(bigEndian: address.sin_port)
}
