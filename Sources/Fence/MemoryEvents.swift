internal import Foundation

/// How often the kernel has killed a process of this process's control group for lack of memory (cgroup v2, memory.events).
enum MemoryEvents {
    /// The number of processes killed so far; 0 if the control group does not tell.
    static var kills: Int {
        let groups = String(decoding: ProcessTable.contents(of: "/proc/self/cgroup", limit: 4096), as: UTF8.self)
        guard let group = groups.split(separator: "\n").first(where: { $0.hasPrefix("0::") })?.dropFirst(3) else {
            return 0
        }
        let events = ProcessTable.contents(of: "/sys/fs/cgroup\(group)/memory.events", limit: 4096)
        let line = String(decoding: events, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("oom_kill ") }
        return line.flatMap { Int($0.dropFirst("oom_kill ".count)) } ?? 0
    }
}
