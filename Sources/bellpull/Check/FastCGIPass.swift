import Foundation

/// A place in nginx's configuration where requests are passed to a socket.
struct FastCGIPass {
    /// The location, as it was written.
    let location: String
    /// The blocks it stands in, the innermost first.
    private let scopes: [[NginxDirective]]

    /// The passes in `configuration` to the unix socket at `socket`.
    static func find(in configuration: NginxConfiguration, to socket: String) -> [FastCGIPass] {
        let upstreams = all(configuration.directives).filter { directive in
            directive.name == "upstream" && directive.block.contains { $0.name == "server" && $0.leads(to: socket) }
        }
        let names = Set(upstreams.compactMap(\.arguments.first))
        return passes(in: configuration.directives, called: "", []) { pass in
            pass.leads(to: socket) || pass.arguments.first.map(names.contains) ?? false
        }
    }

    /// All directives, of all blocks.
    static func all(_ directives: [NginxDirective]) -> [NginxDirective] {
        directives.flatMap { [$0] + all($0.block) }
    }

    private static func passes(
        in block: [NginxDirective], called name: String, _ outer: [[NginxDirective]],
        _ isMeant: (NginxDirective) -> Bool
    ) -> [FastCGIPass] {
        let scopes = [block] + outer
        let here = block.contains { $0.name == "fastcgi_pass" && isMeant($0) }
        return (here ? [FastCGIPass(location: name, scopes: scopes)] : [])
            + block.flatMap { directive in
                let name = directive.name == "location" ? directive.arguments.joined(separator: " ") : name
                return passes(in: directive.block, called: name, scopes, isMeant)
            }
    }

    /// What holds here of the directives `name`: those of the innermost block that has any.
    func directives(_ name: String) -> [NginxDirective] {
        scopes.lazy.map { $0.filter { $0.name == name } }.first { !$0.isEmpty } ?? []
    }

    /// The value of the directive `name` here.
    func value(_ name: String) -> String? { directives(name).last?.arguments.first }
}

extension NginxDirective {
    /// Whether its first argument is the unix socket at `socket`.
    fileprivate func leads(to socket: String) -> Bool {
        guard let target = arguments.first, target.hasPrefix("unix:") else { return false }
        func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
        return resolved(String(target.dropFirst(5))) == resolved(socket)
    }
}

/// Values as nginx writes them.
enum NginxValue {
    /// A size in bytes, such as `25m`.
    static func size(_ text: String) -> Int? {
        let units = ["k": 10, "m": 20, "g": 30]
        guard let unit = text.last.flatMap({ units[$0.lowercased()] }) else { return Int(text) }
        return Int(text.dropLast()).map { $0 << unit }
    }

    /// A time, such as `30`, `30s` or `1m`.
    static func time(_ text: String) -> Duration? {
        let number = text.prefix(while: \.isNumber)
        guard let count = Int(number) else { return nil }
        switch text.dropFirst(number.count) {
        case "ms": return .milliseconds(count)
        case "", "s": return .seconds(count)
        case "m": return .seconds(60 * count)
        case "h": return .seconds(3600 * count)
        default: return nil
        }
    }
}
