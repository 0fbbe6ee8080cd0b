import Foundation

/// The settings of a service: in the files of its unit, or in force.
protocol UnitSettings {
    /// Returns the value of `key`, or `nil` without a value.
    func value(_ key: String) -> String?
    /// Returns the words of the values of `key`.
    func words(_ key: String) -> [String]
}

extension UnitSettings {
    /// Returns what the sandbox of the service allows in the folder `path` (systemd.exec(5), "Sandboxing").
    func access(to path: String) -> MountTable.Access {
        let path = Self.resolved(path)
        // ReadWritePaths has no effect on folders hidden by ProtectHome.
        let homes = ["/home", "/root", "/run/user"]
        if value("ProtectHome") ?? "no" != "no", homes.contains(where: { Self.isWithin(path, $0) }) { return .hidden }
        let writable = words("ReadWritePaths").map { String($0.drop { "-+".contains($0) }) }
        return value("ProtectSystem") != "strict" || writable.contains { Self.isWithin(path, $0) }
            ? .writable : .readOnly
    }

    private static func isWithin(_ path: String, _ folder: String) -> Bool {
        let folder = resolved(folder)
        return path == folder || folder == "/" || path.hasPrefix("\(folder)/")
    }

    private static func resolved(_ path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    }
}

extension SystemdUnit: UnitSettings {}
extension UnitState: UnitSettings {}
