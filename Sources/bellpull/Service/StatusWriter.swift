import Foundation

/// Writes the JSON of a `StatusFile` piece by piece: one encoder for ten thousand sites would take 100 MB.
struct StatusWriter {
    private let limit: Int
    private let encoder: JSONEncoder
    private var deployments = Data()
    private var sites = Data()
    private var omittedSites = 0

    /// Creates a writer. Leaves out the sites that do not fit into `limit` bytes.
    init(limit: Int) {
        self.limit = limit
        encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    }

    /// Adds a deployment, after newer ones.
    mutating func add(_ deployment: DeploymentView) {
        guard let json = try? encoder.encode(deployment) else { return }
        Self.append(json, to: &deployments)
    }

    /// Adds a site.
    mutating func add(_ site: SiteView) {
        guard omittedSites == 0, let json = try? encoder.encode(site), sites.count + json.count < limit else {
            omittedSites += 1
            return
        }
        Self.append(json, to: &sites)
    }

    private static func append(_ json: Data, to list: inout Data) {
        if !list.isEmpty { list.append(UInt8(ascii: ",")) }
        list.append(json)
    }

    /// The hash of the facts: equal in one process for equal facts.
    var hash: Int {
        var hasher = Hasher()
        for list in [deployments, sites] {
            list.withUnsafeBytes { hasher.combine(bytes: $0) }
            hasher.combine(list.count)
        }
        hasher.combine(omittedSites)
        return hasher.finalize()
    }

    /// Returns the whole JSON text.
    ///
    /// - Parameters:
    ///   - time: when the facts were read.
    ///   - state: the state folder.
    func json(time: Date, state: String) -> Data {
        let seconds = Int(time.timeIntervalSince1970.rounded(.down))
        let folder = (try? encoder.encode(state)) ?? Data("\"\"".utf8)
        var json = Data(#"{"schema":\#(StatusFile.currentSchema),"pid":\#(getpid()),"time":\#(seconds),"state":"#.utf8)
        json.append(folder)
        for (name, list) in [("deployments", deployments), ("sites", sites)] {
            json.append(Data(#","\#(name)":["#.utf8))
            json.append(list)
            json.append(UInt8(ascii: "]"))
        }
        json.append(Data(#","omitted_sites":\#(omittedSites)}"#.utf8))
        json.append(UInt8(ascii: "\n"))
        return json
    }
}
