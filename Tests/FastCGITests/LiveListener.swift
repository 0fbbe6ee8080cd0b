import Foundation

@testable import FastCGI

/// A running listener on a socket in a temporary folder. Stops when released.
final class LiveListener: Sendable {
    /// Replies with the body, or with the reason why the body cannot be read.
    struct Echo: Responder {
        func respond(to request: Request, through exchange: Exchange) {
            switch request.body {
            case .success(let body): exchange.reply(Response(status: 200, body: String(decoding: body, as: UTF8.self)))
            case .failure(let error): exchange.reply(Response(status: 400, body: "\(error)"))
            }
        }
    }

    /// Replies by calling `answer`.
    struct Answer: Responder {
        let answer: @Sendable (Request, Exchange) -> Void

        func respond(to request: Request, through exchange: Exchange) { answer(request, exchange) }
    }

    private let folder: TemporaryFolder
    private let listener: Listener

    init(
        threads: Int = 2, reserve: Int = 0, idleLimit: Int? = nil, bodyLimit: Int = 1000, writeTimeout: Duration? = nil,
        responder: any Responder = Echo()
    ) throws {
        folder = try TemporaryFolder()
        let socket = try ListeningSocket(path: folder.path(of: "socket"))
        listener = Listener(
            socket: socket, threads: threads, reserve: reserve, idleLimit: idleLimit, bodyLimit: bodyLimit,
            writeTimeout: writeTimeout, responder: responder)
    }

    deinit { listener.stop() }

    /// Connects to the listener.
    func connect() throws -> Peer { try Peer(path: folder.path(of: "socket")) }

    /// Sends `records` on a new connection and returns the reply.
    func reply(to records: [Record]) throws -> Peer.Reply? {
        let peer = try connect()
        try peer.send(records)
        return try peer.reply()
    }
}
