internal import Text
public import Webhook

/// Whom a site tells about its deployments.
public struct NoticeSettings: Sendable {
    /// The receiver of webhooks.
    public struct Webhook: Sendable {
        /// The address.
        public let url: String
        /// The signing token; `nil` if no secrets were to be read.
        public let secret: Secret?
    }

    /// The statuses of commits at the forge.
    public struct Status: Sendable {
        /// The token; `nil` if no secrets were to be read.
        public let token: StatusToken?
        /// The address of the forge's interface; `nil` for the usual one.
        public let api: String?
        /// The address of the status pages; `nil` if unknown.
        public let pages: String?
    }

    /// The program and its arguments; empty for none.
    public internal(set) var program: [String] = []
    /// Further files and folders that the program may read.
    public internal(set) var readable: [String] = []
    /// The events that the program and the receiver of webhooks are told.
    public internal(set) var events: Set<NoticeEvent> = [.failed, .recovered]
    /// The receiver of webhooks; `nil` for none.
    public internal(set) var webhook: Webhook?
    /// The statuses of commits; `nil` for none.
    public internal(set) var status: Status?

    /// Whether nobody is told anything.
    public var isEmpty: Bool { (events.isEmpty || program.isEmpty && webhook == nil) && status == nil }

    /// Creates the settings of a site that tells nobody.
    init() {}

    /// Reads the keys about notices in `section`. A key that is missing has the value of `defaults`, the settings of the main
    /// file; an error leaves that value.
    init(
        _ section: Section, defaults: NoticeSettings? = nil, forge: ForgeName? = nil, readsSecrets: Bool,
        _ diagnostics: inout Diagnostics
    ) {
        self = defaults ?? NoticeSettings()
        program = Self.program(section, &diagnostics) ?? program
        readable = Self.readable(section, &diagnostics) ?? readable
        events = Self.events(section, &diagnostics) ?? events
        readWebhook(section, readsSecrets, &diagnostics)
        guard defaults != nil else { return }
        readStatus(section, forge, readsSecrets, &diagnostics)
        refuseKeysWithoutReceiver(section, &diagnostics)
    }

    private static func program(_ section: Section, _ diagnostics: inout Diagnostics) -> [String]? {
        guard let words = section.texts(.notify, &diagnostics) else { return nil }
        let fact: String
        if let first = words.first, SitePath(first) == nil {
            fact = "begins with a program without an absolute path: \(first.escapedForDisplay)"
        } else if words.contains(where: { $0.unicodeScalars.contains("\0") }) {
            fact = "contains a NUL character"
        } else {
            return words
        }
        diagnostics.error(at: section.place(of: .notify), "notify \(fact)", hint: Key.notify.line)
        return nil
    }

    private static func readable(_ section: Section, _ diagnostics: inout Diagnostics) -> [String]? {
        guard let paths = section.texts(.notifyRead, &diagnostics) else { return nil }
        guard let path = paths.first(where: { SitePath($0) == nil }) else { return paths }
        diagnostics.error(
            at: section.place(of: .notifyRead),
            "notify_read contains a path that is not absolute: \(path.escapedForDisplay)", hint: Key.notifyRead.line)
        return nil
    }

    private static func events(_ section: Section, _ diagnostics: inout Diagnostics) -> Set<NoticeEvent>? {
        guard let words = section.texts(.notifyOn, &diagnostics) else { return nil }
        guard let unknown = words.first(where: { NoticeEvent(rawValue: $0) == nil }) else {
            return Set(words.compactMap(NoticeEvent.init))
        }
        let known = NoticeEvent.allCases.map(\.rawValue).joined(separator: ", ")
        diagnostics.error(
            at: section.place(of: .notifyOn), "notify_on contains \(unknown.escapedForDisplay), which is no event",
            hint: "the events are \(known)")
        return nil
    }

    private mutating func readWebhook(
        _ section: Section, _ readsSecrets: Bool, _ diagnostics: inout Diagnostics
    ) {
        let before = diagnostics.errors.count
        let url = NoticeAddress(.notifyURL, section, &diagnostics)?.text ?? webhook?.url
        let secret = readsSecrets ? Self.secret(section, &diagnostics) ?? webhook?.secret : nil
        guard let url, diagnostics.errors.count == before else { return }
        if readsSecrets, secret == nil {
            diagnostics.error(
                at: section.place(of: .notifyURL), "notify_url needs notify_secret_file",
                hint: Key.notifySecretFile.line)
        }
        webhook = Webhook(url: url, secret: secret)
    }

    private static func secret(_ section: Section, _ diagnostics: inout Diagnostics) -> Secret? {
        let line = PrivateLine(
            .notifySecretFile, section, name: "the secret file",
            create: {
                "install -D -m 640 -g \(ServiceGroup.name) /dev/null \($0) && echo whsec_$(openssl rand -base64 32) > \($0)"
            }, &diagnostics)
        guard let line else { return nil }
        if line.text.hasPrefix("whsec_"), let secret = try? Secret(line.text), !secret.isWeak { return secret }
        diagnostics.error(
            at: section.place(of: .notifySecretFile),
            "notify_secret_file names a file without a signing token: whsec_ and at least 16 bytes in base64",
            hint:
                "write the receiver's signing token to the file; to generate one: echo whsec_$(openssl rand -base64 32)"
        )
        return nil
    }

    private mutating func readStatus(
        _ section: Section, _ forge: ForgeName?, _ readsSecrets: Bool, _ diagnostics: inout Diagnostics
    ) {
        let api = NoticeAddress(.statusAPI, section, &diagnostics)?.text
        let pages = NoticeAddress(.statusURL, section, &diagnostics)?.text
        guard section.contains(.statusTokenFile) else { return }
        if let forge, !StatusAPI.knows(forge) {
            diagnostics.error(
                at: section.place(of: .statusTokenFile), "Bellpull sets no commit statuses at \(forge.rawValue)",
                hint: "remove status_token_file")
        }
        guard PrivateLine.path(.statusTokenFile, section, &diagnostics) != nil else { return }
        status = Status(token: readsSecrets ? Self.token(section, &diagnostics) : nil, api: api, pages: pages)
    }

    private static func token(_ section: Section, _ diagnostics: inout Diagnostics) -> StatusToken? {
        let line = PrivateLine(
            .statusTokenFile, section, name: "the token file",
            create: {
                "install -D -m 640 -g \(ServiceGroup.name) /dev/null \($0)  # then write the forge's token to the file"
            }, &diagnostics)
        return line.map { StatusToken(text: $0.text) }
    }

    /// A key without the receiver that it is about is a mistake: the receiver was forgotten, or misspelt.
    private func refuseKeysWithoutReceiver(_ section: Section, _ diagnostics: inout Diagnostics) {
        guard diagnostics.errors.isEmpty else { return }
        func refuse(_ key: Key, unless isNeeded: Bool, _ needed: Key) {
            guard section.contains(key), !isNeeded else { return }
            diagnostics.error(
                at: section.place(of: key), "\(key.name) needs \(needed.name)",
                hint: "remove \(key.name), or write \(needed.line)")
        }
        refuse(.notifyOn, unless: !program.isEmpty || webhook != nil, .notify)
        refuse(.notifyRead, unless: !program.isEmpty, .notify)
        refuse(.notifySecretFile, unless: webhook != nil, .notifyURL)
        refuse(.statusAPI, unless: status != nil, .statusTokenFile)
        refuse(.statusURL, unless: status != nil, .statusTokenFile)
    }
}
