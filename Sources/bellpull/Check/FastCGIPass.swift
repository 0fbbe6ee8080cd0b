import Foundation

/// A block of nginx's configuration with a `fastcgi_pass` to Bellpull's socket.
struct FastCGIPass: Sendable {
    /// The arguments of the innermost `location` around the directive, such as `/github`; empty outside a location.
    let location: String
    /// The directives of the `server` block around the directive; `nil` outside a server.
    let server: [NginxDirective]?
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
        return passes(in: configuration.directives, Surroundings()) { pass in
            pass.isAddress(ofSocket: socket) || pass.arguments.first.map(names.contains) ?? false
        }
    }

    /// Returns `directives` and the directives of all nested blocks.
    static func all(_ directives: [NginxDirective]) -> [NginxDirective] {
        directives.flatMap { [$0] + all($0.block) }
    }

    /// The blocks around a block.
    private struct Surroundings {
        var location = ""
        var server: [NginxDirective]?
        var scopes: [[NginxDirective]] = []
    }

    private static func passes(
        in block: [NginxDirective], _ outer: Surroundings, where leadsToSocket: (NginxDirective) -> Bool
    ) -> [FastCGIPass] {
        var here = outer
        here.scopes.insert(block, at: 0)
        let passesHere = block.contains { $0.name == "fastcgi_pass" && leadsToSocket($0) }
        return
            (passesHere
            ? [FastCGIPass(location: here.location, server: here.server, scopes: here.scopes)] : [])
            + block.flatMap { directive in
                var inner = here
                if directive.name == "location" { inner.location = directive.arguments.joined(separator: " ") }
                if directive.name == "server" { inner.server = directive.block }
                return passes(in: directive.block, inner, where: leadsToSocket)
            }
    }

    /// The path below which the location takes requests, without a slash at the end; `nil` for a regular expression.
    var mount: String? {
        let words = location.split(separator: " ").map(String.init)
        guard let path = words.last, path.hasPrefix("/"), words.count == 1 || ["=", "^~"].contains(words[0]) else {
            return nil
        }
        return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    /// The location of exactly the mount in the same server, from which requests are rewritten to this location; `nil`
    /// without such a location. nginx limits the body of a request by the first location that takes the request.
    var exactLocation: FastCGIPass? {
        guard let server, let mount, location != "= \(mount)",
            let exact = server.first(where: { $0.name == "location" && $0.arguments == ["=", mount] })
        else { return nil }
        let outer = scopes.drop { $0 != server }
        return FastCGIPass(location: "= \(mount)", server: server, scopes: [exact.block] + outer)
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
