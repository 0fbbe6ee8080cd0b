import Foundation

/// The directives in nginx's configuration files, including the included files.
struct NginxConfiguration: Sendable {
    /// The directives of the main file, with the contents of the included files in place of each `include`.
    private(set) var directives: [NginxDirective] = []
    /// The paths of the files that were read.
    private(set) var files: [String] = []
    /// The paths of unreadable included files.
    private(set) var unreadable: [String] = []

    /// The folder of the main file.
    let folder: String

    /// The largest depth of nested includes. The limit ends a cycle of includes.
    private static let depth = 10

    /// Reads `nginx.conf` in the folder `path`, or the file `path`; `nil` if the file cannot be read.
    init?(at path: String) {
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        let file = isFolder.boolValue ? "\(path)/nginx.conf" : path
        folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
        guard let directives = read(file, depth: 0) else { return nil }
        self.directives = directives
    }

    /// The user of the worker processes, if the configuration has a `user` directive.
    var user: String? { directives.last { $0.name == "user" }?.arguments.first }

    private mutating func read(_ path: String, depth: Int) -> [NginxDirective]? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        files.append(path)
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

    /// Returns the paths matching `pattern`, relative to the main file's folder, sorted like the result of glob(3).
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
