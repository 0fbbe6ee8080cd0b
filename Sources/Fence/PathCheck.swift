internal import Foundation

/// Finds the folder that keeps this process from the files below.
enum PathCheck {
    /// Returns an error about the first folder, down to `path`, that this process may not enter; `nil` if there is none. Other
    /// problems are left to the call that uses the path.
    static func obstacle(on path: String) -> FenceError? {
        var folder = ""
        for name in path.split(separator: "/") {
            folder += "/\(name)"
            guard access(folder, X_OK) != 0, errno == EACCES else { continue }
            return .closed(folder: folder, user: userName)
        }
        return nil
    }

    private static var userName: String {
        guard let entry = getpwuid(geteuid()), let name = entry.pointee.pw_name else { return "user \(geteuid())" }
        return String(cString: name)
    }
}
