internal import Foundation

/// The group for files that only root may write and only the service may read.
enum ServiceGroup {
    /// The group of this process or, if root or a person runs this process, `bellpull`. A person's own group could read
    /// the file, but the service could not.
    static var name: String {
        guard geteuid() != 0, !isPerson || getgrnam("bellpull") == nil else { return "bellpull" }
        var entry = group()
        var result: UnsafeMutablePointer<group>?
        var buffer = [CChar](repeating: 0, count: 4096)
        let name = buffer.withUnsafeMutableBufferPointer { buffer -> String? in
            guard getgrgid_r(getegid(), &entry, buffer.baseAddress, buffer.count, &result) == 0 else { return nil }
            return result.map { String(cString: $0.pointee.gr_name) }
        }
        return name ?? "\(getegid())"
    }

    /// Whether this process is of a person: systems give smaller numbers to the users of services (login.defs(5),
    /// `UID_MIN`).
    private static var isPerson: Bool { geteuid() >= 1000 }
}
