public import Foundation

/// A message about a deployment that waits in the ledger to be sent.
public struct PendingNotice: Sendable, Equatable, Identifiable {
    /// The number of a notice. Numbers increase and are never reused.
    public typealias ID = Int64

    /// How a notice is sent.
    public enum Kind: String, Sendable, CaseIterable {
        /// A program reads the notice from its standard input.
        case program
        /// A webhook is sent to an address.
        case webhook
        /// The forge shows the notice as the status of a commit.
        case status
    }

    /// A notice that is not recorded yet.
    public struct Draft: Sendable, Equatable {
        /// The name of the site.
        public let site: String
        /// How the notice is sent.
        public let kind: Kind
        /// The number of the deployment.
        public let deployment: DeploymentRecord.ID
        /// The event, or the commit of a status.
        public let subject: String
        /// The id for the receiver, which stays the same over all tries.
        public let message: String
        /// The text to send.
        public let body: String

        /// Creates a draft.
        public init(
            site: String, kind: Kind, deployment: DeploymentRecord.ID, subject: String, message: String, body: String
        ) {
            self.site = site
            self.kind = kind
            self.deployment = deployment
            self.subject = subject
            self.message = message
            self.body = body
        }
    }

    /// The number of the notice.
    public let id: ID
    /// The content.
    public let draft: Draft
    /// When the notice was recorded.
    public let created: Date
    /// How often sending the notice has failed.
    public let tries: Int
    /// When the notice is due.
    public let nextTry: Date

    /// Creates a pending notice.
    public init(id: ID, _ draft: Draft, created: Date, tries: Int, nextTry: Date) {
        self.id = id
        self.draft = draft
        self.created = created
        self.tries = tries
        self.nextTry = nextTry
    }
}
