internal import Foundation

/// The processes of the system, as /proc lists them.
///
/// Reads with plain calls: a fork bomb makes thousands of processes, and the launcher must be faster.
struct ProcessTable {
    private var children: [Int32: [Int32]] = [:]
    private var zombies: Set<Int32> = []

    /// Reads the table.
    init() {
        for number in Self.numbers() {
            guard let (parent, state) = Self.parentAndState(of: number) else { continue }
            children[parent, default: []].append(number)
            if state == UInt8(ascii: "Z") || state == UInt8(ascii: "X") { zombies.insert(number) }
        }
    }

    /// Returns the running processes that descend from `ancestor`.
    func descendants(of ancestor: Int32) -> [Int32] {
        var found: [Int32] = []
        var queue = [ancestor]
        while let next = queue.popLast() {
            let direct = children[next] ?? []
            queue += direct
            found += direct
        }
        return found.filter { !zombies.contains($0) }
    }

    /// Returns the numbers of all processes.
    static func numbers() -> [Int32] {
        FolderListing.names(closing: open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC))?
            .compactMap { name in
                let number = Int32(strtol(name, nil, 10))
                return number > 0 ? number : nil
            } ?? []
    }

    /// Reads proc_pid_stat(5): `number (name) state parent …`. The name may hold any character.
    private static func parentAndState(of number: Int32) -> (parent: Int32, state: UInt8)? {
        let text = contents(of: "/proc/\(number)/stat", limit: 512)
        guard let end = text.lastIndex(of: UInt8(ascii: ")")), end + 4 < text.count else { return nil }
        let digits = text[(end + 4)...].prefix { $0 != UInt8(ascii: " ") }
        return Int32(String(decoding: digits, as: UTF8.self)).map { ($0, text[end + 2]) }
    }

    /// Returns up to `limit` bytes of a file; none if the file cannot be read.
    static func contents(of path: String, limit: Int) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        return [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            count = 0
            while count < limit {
                let part = read(file, buffer.baseAddress?.advanced(by: count), limit - count)
                guard part > 0 else { return }
                count += part
            }
        }
    }
}
