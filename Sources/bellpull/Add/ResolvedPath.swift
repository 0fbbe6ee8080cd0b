import Foundation

/// A path without symbolic links, whose last folders may be missing. Compared by bytes, as the system does: two names that
/// Unicode takes for equal are two folders.
struct ResolvedPath: Equatable {
    private let components: [[UInt8]]

    /// Resolves `path` as far as its folders exist. The rest is taken by its text.
    init(_ path: String) {
        var (existing, rest) = (path, [[UInt8]]())
        while true {
            if let real = realpath(existing.isEmpty ? "/" : existing, nil) {
                defer { free(real) }
                let bytes = Array(UnsafeBufferPointer(start: real, count: strlen(real))).map { UInt8(bitPattern: $0) }
                var components = Self.split(bytes)
                for name in rest {
                    if name == Array("..".utf8) { _ = components.popLast() } else { components.append(name) }
                }
                self.components = components
                return
            }
            guard let slash = existing.utf8.lastIndex(of: UInt8(ascii: "/")) else {
                components = Self.split(Array(path.utf8))
                return
            }
            let name = Array(existing.utf8[existing.utf8.index(after: slash)...])
            if !name.isEmpty, name != [UInt8(ascii: ".")] { rest.insert(name, at: 0) }
            existing = String(existing[..<slash])
        }
    }

    private static func split(_ bytes: [UInt8]) -> [[UInt8]] {
        bytes.split(separator: UInt8(ascii: "/")).map(Array.init)
    }

    /// Whether `other` is a folder or file in this folder, at any depth.
    func contains(_ other: ResolvedPath) -> Bool {
        other.components.count > components.count && other.components.starts(with: components)
    }

    /// The names from the root on.
    var names: [String] { components.map { String(decoding: $0, as: UTF8.self) } }
}
