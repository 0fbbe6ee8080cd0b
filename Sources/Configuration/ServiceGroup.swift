internal import Foundation

/// The group for files that only root may write and only the service may read.
enum ServiceGroup {
    /// The group of this process or, if root runs this process, `bellpull`.
    static var name: String {
        guard geteuid() != 0 else { return "bellpull" }
        var entry = group()
        var result: UnsafeMutablePointer<group>?
        var buffer = [CChar](repeating: 0, count: 4096)
        let name = buffer.withUnsafeMutableBufferPointer { buffer -> String? in
            guard getgrgid_r(getegid(), &entry, buffer.baseAddress, buffer.count, &result) == 0 else { return nil }
            return result.map { String(cString: $0.pointee.gr_name) }
        }
        return name ?? "\(getegid())"
    }
}
