import Foundation
import Text

/// The remedy for an nginx that has no location of Bellpull.
struct NginxInclude {
    private let nginx: NginxConfiguration
    /// The folders of the sites.
    private let sites: [String]

    init(_ nginx: NginxConfiguration, _ sites: [String]) {
        self.nginx = nginx
        self.sites = sites
    }

    /// A command that adds the location to the server of a site; or, if no server is known to serve a site, words.
    var remedy: String {
        let instance = ServiceUnit.current.instance
        let file = instance.map { "bellpull-\($0).conf" } ?? "bellpull.conf"
        let snippet = "\(nginx.folder)/snippets/\(file)"
        guard access(snippet, F_OK) == 0 else {
            let source = instance == nil ? "bellpull.conf" : "bellpull-instance.conf"
            let naming = instance.map { " && sed -i s/alice/\($0)/g \(snippet.quotedForShell)" } ?? ""
            let shipped = "/usr/share/doc/bellpull/examples/\(source)"
            let (place, file) =
                access(shipped, F_OK) == 0 ? ("", shipped) : ("in the folder of bellpull's source: ", "nginx/\(source)")
            return
                "\(place)install -D -m 644 \(file) \(snippet.quotedForShell)\(naming); "
                + "then \(ServiceUnit.current.command) check again"
        }
        let words =
            "add include snippets/\(file); to the site's server block, then nginx -t && systemctl reload nginx"
        guard let name, let site = nginx.files.first(where: { has(name, in: $0) }) else { return words }
        let pattern = name.replacing(".", with: "\\.").replacing("*", with: "\\*").replacing("/", with: "\\/")
        let script = "/^[[:space:]]*server_name[[:space:]]*\(pattern);/a include snippets/\(file);"
        return "sed -i --follow-symlinks \(script.quotedForShell) \(site.quotedForShell) && "
            + "nginx -t && systemctl reload nginx"
    }

    /// The arguments of `server_name` in the server of a site, or in the only server.
    private var name: String? {
        let servers = FastCGIPass.all(nginx.directives).filter { $0.name == "server" && !$0.block.isEmpty }
        let ofSites = servers.filter { server in
            server.block.contains { $0.name == "root" && $0.arguments.first.map(isOfSite) == true }
        }
        guard let server = ofSites.first ?? (servers.count == 1 ? servers.first : nil) else { return nil }
        let arguments = server.block.filter { $0.name == "server_name" }.first?.arguments ?? []
        return arguments.isEmpty ? nil : arguments.joined(separator: " ")
    }

    private func isOfSite(_ root: String) -> Bool {
        sites.contains { root == $0 || root.hasPrefix("\($0)/") }
    }

    private func has(_ name: String, in file: String) -> Bool {
        let text = FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return text.split(whereSeparator: \.isNewline).contains { line in
            let line = line.trimmingCharacters(in: .whitespaces)
            return line.hasPrefix("server_name")
                && line.dropFirst(11).trimmingCharacters(in: .whitespaces).hasPrefix("\(name);")
        }
    }
}
