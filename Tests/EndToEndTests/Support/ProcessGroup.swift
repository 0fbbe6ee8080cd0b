import Foundation

/// A process group in the system's process table (proc(5)).
struct ProcessGroup {
    let id: pid_t

    /// Whether the group has a process other than zombies.
    var isAlive: Bool {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return processes.lazy.filter { $0.allSatisfy(\.isNumber) }.contains { process in
            guard let stat = try? text(of: "/proc/\(process)/stat"), let end = stat.lastIndex(of: ")") else {
                return false
            }
            // After the name in parentheses: state, parent, group.
            let fields = stat[stat.index(after: end)...].split(separator: " ")
            return fields.count > 2 && fields[0] != "Z" && fields[2] == "\(id)"
        }
    }
}
