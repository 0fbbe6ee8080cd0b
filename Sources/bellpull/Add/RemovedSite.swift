import Foundation
import Git
import Text

/// A site that was removed, and what is left for a person to do: the content of `bellpull remove --json`.
struct RemovedSite: Encodable {
    let site: String
    /// The files and folders that were removed.
    var removed: [String]
    /// The folder of the site; `nil` if it was removed or not known.
    let path: String?
    /// Whether the folder is not the site's alone.
    var sharesPath = false
    /// The file of the site's secret; `nil` if it was removed.
    let secretFile: String?
    /// Whether another site uses the secret too.
    private let sharesSecret: Bool
    /// The page of the repository's webhooks.
    let hookPage: String?
    /// The page of the repository's deploy keys; `nil` if the site had none of its own.
    let deployKeyPage: String?
    /// Files of nginx that name the folder of the site.
    var webServerFiles: [String] = []
    /// The unit that restarts the site's application; `nil` if it is not enabled.
    var restartUnit: String?

    /// What became of the service.
    var service = ServiceUpdate.Result.absent

    private enum CodingKeys: String, CodingKey {
        case site, removed, path, secretFile, hookPage, deployKeyPage, webServerFiles, restartUnit
    }

    init(_ note: RemovalNote, file: String) {
        site = note.site
        removed = [file]
        path = note.removesFiles ? nil : note.path
        secretFile = note.keptSecret?.path
        sharesSecret = note.keptSecret?.isShared == true
        let pages = note.remote.map { ForgePages(of: $0) }.flatMap { $0.kind == .none ? nil : $0 }
        hookPage = pages?.hooks
        deployKeyPage = note.key == nil ? nil : pages?.keys
        restartUnit = Self.restartUnit(of: note.site)
    }

    private static func restartUnit(of site: String) -> String? {
        let folder = "/etc/systemd/system"
        let name = "bellpull-restart@\(site).path"
        let wants =
            (try? FileManager.default.contentsOfDirectory(atPath: folder))?.filter { $0.hasSuffix(".wants") } ?? []
        return wants.contains { access("\(folder)/\($0)/\(name)", F_OK) == 0 } ? name : nil
    }

    /// Finds the files of nginx that name the folder `path`.
    mutating func findWebServerFiles(_ nginx: NginxConfiguration?, naming path: String?) {
        guard let nginx, let path else { return }
        webServerFiles = nginx.files.filter { file in
            let text = FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) } ?? ""
            return [";", "/", " ", "\""].contains { text.contains(path + $0) }
        }
    }

    // MARK: For people

    func lines(_ terminal: Terminal) -> [String] {
        let left =
            [
                path.map { path in
                    ("its files", sharesPath ? "in \(path), which has more in it" : "rm -rf \(path.quotedForShell)")
                },
                secretFile.map { path in
                    (
                        "its secret",
                        sharesSecret
                            ? "in \(path), which another site uses too"
                            : "rm \(path.quotedForShell)  # not made by bellpull, so it may have other uses"
                    )
                },
                hookPage.map { ("its webhook", $0) },
                deployKeyPage.map { ("its deploy key", $0) },
                restartUnit.map { ("its restart", "systemctl disable --now \($0)") },
            ].compactMap(\.self) + webServerFiles.map { ("in nginx", "\($0), then nginx -t && systemctl reload nginx") }
        let width = left.map(\.0.count).max() ?? 0
        let rest = left.map {
            "  \($0.0)\(String(repeating: " ", count: width - $0.0.count))  \($0.1.remedyEscapedForDisplay)"
        }
        let add = "\(ServiceUnit.current.command) add"
        let state =
            switch service {
            case .reloaded, .started: ["the service has forgotten the site"]
            case .stopped: ["the service was stopped, because no site is left; \(add) starts it again"]
            case .absent: [String]()
            }
        let removed = removed.map(\.remedyEscapedForDisplay).joined(separator: ", ")
        return ["removed \(site): \(removed)"] + state
            + (rest.isEmpty ? [] : ["", terminal.styled("Left for you to remove:", .bold)] + rest)
    }
}
