import Foundation

/// nginx's configuration, as its files say, with what they include: no running nginx is asked.
struct NginxConfiguration {
    /// The directives of the main file, each `include` replaced by what it includes.
    private(set) var directives: [NginxDirective] = []
    /// Files that are included and cannot be read.
    private(set) var unreadable: [String] = []

    private let folder: String

    /// How deep files may include each other.
    private static let depth = 10

    /// Reads `nginx.conf` in the folder `path`, or the file `path` itself; `nil` if it cannot be read.
    init?(at path: String) {
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        let file = isFolder.boolValue ? "\(path)/nginx.conf" : path
        folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
        guard let directives = read(file, depth: 0) else { return nil }
        self.directives = directives
    }

    /// The user that its workers run as, if it says so.
    var user: String? { directives.last { $0.name == "user" }?.arguments.first }

    private mutating func read(_ path: String, depth: Int) -> [NginxDirective]? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        var scanner = NginxScanner(String(decoding: data, as: UTF8.self))
        return scanner.directives { directive in
            guard directive.name == "include", let pattern = directive.arguments.first else { return [directive] }
            guard depth < Self.depth else { return [] }
            return included(pattern).flatMap { file in
                if let directives = read(file, depth: depth + 1) { return directives }
                unreadable.append(file)
                return []
            }
        }
    }

    /// The files that `pattern` stands for, from the main file's folder on, sorted as glob(3) does.
    private func included(_ pattern: String) -> [String] {
        let isAbsolute = pattern.hasPrefix("/")
        let components = pattern.split(separator: "/").map(String.init)
        return components.reduce([isAbsolute ? "" : folder]) { paths, component in
            paths.flatMap { path in matches(of: component, in: path) }
        }
    }

    private func matches(of component: String, in path: String) -> [String] {
        guard component.contains(where: { "*?[".contains($0) }) else { return ["\(path)/\(component)"] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path.isEmpty ? "/" : path)) ?? []
        return names.filter { fnmatch(component, $0, FNM_PERIOD) == 0 }.sorted().map { "\(path)/\($0)" }
    }
}
