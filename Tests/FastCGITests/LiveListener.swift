import Foundation

@testable import FastCGI

/// A listener on a socket in a folder of its own, until the test lets it go.
final class LiveListener: Sendable {
    /// Answers with the body, or with why there is none.
    struct Echo: Responder {
        func respond(to request: Request, through exchange: Exchange) {
            switch request.body {
            case .success(let body): exchange.reply(Response(status: 200, body: String(decoding: body, as: UTF8.self)))
            case .failure(let error): exchange.reply(Response(status: 400, body: "\(error)"))
            }
        }
    }

    /// Answers as it is told to.
    struct Answer: Responder {
        let answer: @Sendable (Request, Exchange) -> Void

        func respond(to request: Request, through exchange: Exchange) { answer(request, exchange) }
    }

    private let folder: TemporaryFolder
    private let listener: Listener

    init(threads: Int = 2, reserve: Int = 0, bodyLimit: Int = 1000, responder: any Responder = Echo()) throws {
        folder = try TemporaryFolder()
        let socket = try ListeningSocket(path: folder.path(of: "socket"))
        listener = Listener(
            socket: socket, threads: threads, reserve: reserve, bodyLimit: bodyLimit, responder: responder)
    }

    deinit { listener.stop() }

    /// A new connection to it.
    func connect() throws -> Peer { try Peer(path: folder.path(of: "socket")) }

    /// What it replies to these records.
    func reply(to records: [Record]) throws -> Peer.Reply? {
        let peer = try connect()
        try peer.send(records)
        return try peer.reply()
    }
}
