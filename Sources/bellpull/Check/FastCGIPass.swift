import Foundation

/// A block of nginx's configuration with a `fastcgi_pass` to Bellpull's socket.
struct FastCGIPass {
    /// The arguments of the innermost `location` around the directive, such as `/github`; empty outside a location.
    let location: String
    /// The directives of the surrounding blocks, the innermost block first.
    private let scopes: [[NginxDirective]]

    /// Finds the blocks in `configuration` with a `fastcgi_pass` to the unix socket at `socket`, directly or through an
    /// `upstream`.
    static func find(in configuration: NginxConfiguration, to socket: String) -> [FastCGIPass] {
        let upstreams = all(configuration.directives).filter { directive in
            directive.name == "upstream"
                && directive.block.contains { $0.name == "server" && $0.isAddress(ofSocket: socket) }
        }
        let names = Set(upstreams.compactMap(\.arguments.first))
        return passes(in: configuration.directives, location: "", outer: []) { pass in
            pass.isAddress(ofSocket: socket) || pass.arguments.first.map(names.contains) ?? false
        }
    }

    /// Returns `directives` and the directives of all nested blocks.
    static func all(_ directives: [NginxDirective]) -> [NginxDirective] {
        directives.flatMap { [$0] + all($0.block) }
    }

    private static func passes(
        in block: [NginxDirective], location: String, outer: [[NginxDirective]],
        where leadsToSocket: (NginxDirective) -> Bool
    ) -> [FastCGIPass] {
        let scopes = [block] + outer
        let passesHere = block.contains { $0.name == "fastcgi_pass" && leadsToSocket($0) }
        return (passesHere ? [FastCGIPass(location: location, scopes: scopes)] : [])
            + block.flatMap { directive in
                let isLocation = directive.name == "location"
                return passes(
                    in: directive.block, location: isLocation ? directive.arguments.joined(separator: " ") : location,
                    outer: scopes, where: leadsToSocket)
            }
    }

    /// Returns the directives `name` in effect for the block. As in nginx, the innermost block with any such directive
    /// replaces the outer blocks.
    func directives(_ name: String) -> [NginxDirective] {
        scopes.lazy.map { $0.filter { $0.name == name } }.first { !$0.isEmpty } ?? []
    }

    /// Returns the first argument of the directive `name` in effect for the block.
    func value(_ name: String) -> String? { directives(name).last?.arguments.first }
}

extension NginxDirective {
    /// Whether the first argument is the address of the unix socket at `path`.
    fileprivate func isAddress(ofSocket path: String) -> Bool {
        guard let address = arguments.first, address.hasPrefix("unix:") else { return false }
        func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
        return resolved(String(address.dropFirst(5))) == resolved(path)
    }
}
