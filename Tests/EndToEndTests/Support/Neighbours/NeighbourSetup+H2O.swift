import Foundation

extension NeighbourSetup {
    /// h2o under its master process, as Debian's service starts it. The lines that the example asks for are taken from its
    /// comments.
    static func h2o(at place: NeighbourPlace) -> NeighbourSetup {
        let main = """
            limit-request-body: 26214400
            listen:
              host: 127.0.0.1
              port: \(place.port)
            pid-file: \(place.folder)/pid
            error-log: \(place.folder)/error.log
            hosts:
              "blog.example.com":
                paths:
                  "/github": !file \(place.included)
                  "/":
                    mruby.handler: |
                      \(hiding(at: place))
                    file.dir: \(place.root)

            """
        return NeighbourSetup(
            changes: place.fastCGI + [("/var/log/h2o/bellpull.log", place.log)], main: main,
            commands: [["h2o", "-m", "master", "-c", "\(place.folder)/main.conf"]], graceful: .signal(SIGHUP),
            check: ["h2o", "--mode=test", "--conf=\(place.folder)/main.conf"])
    }

    /// The line of the example that hides dot files.
    private static func hiding(at place: NeighbourPlace) -> String {
        let lines = (try? text(of: NeighbourServer.example(.h2o)))?.split(separator: "\n") ?? []
        let line = lines.first { $0.contains("Proc.new") } ?? ""
        return String(line.drop { "# ".contains($0) })
    }
}
