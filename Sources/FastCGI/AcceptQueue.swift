internal import CFastCGI
internal import Foundation

/// One reading thread's end of the listening socket's queue: the next connection, or word that it is time to stop.
///
/// Every thread has an epoll instance of its own on the shared socket, with `EPOLLEXCLUSIVE`: a connection wakes one
/// thread and not all of them (epoll_ctl(2)). Under load a connection is there already, and nobody waits.
struct AcceptQueue: ~Copyable {
    private let socket: ListeningSocket
    private let stopping: Int32
    private let epoll: Int32

    init(socket: ListeningSocket, stopping: Int32) {
        self.socket = socket
        self.stopping = stopping
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        watch(socket.descriptor, EPOLLIN.rawValue | EPOLLEXCLUSIVE.rawValue)
        watch(stopping, EPOLLIN.rawValue)
    }

    deinit { close(epoll) }

    /// The next connection, close-on-exec and blocking, or `nil` when it is time to stop.
    func next() -> Int32? {
        while true {
            if let descriptor = accept() { return descriptor }
            var event = epoll_event()
            let count = epoll_wait(epoll, &event, 1, -1)
            if count == 1, event.data.fd == stopping { return nil }
        }
    }

    private func accept() -> Int32? {
        let descriptor = accept4(socket.descriptor, nil, nil, Int32(SOCK_CLOEXEC.rawValue))
        if descriptor >= 0 { return descriptor }
        // Out of descriptors or memory: the connection stays queued. Asking again at once would only burn the processor.
        if [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno) { usleep(50_000) }
        return nil
    }

    private func watch(_ descriptor: Int32, _ events: UInt32) {
        var event = epoll_event(events: events, data: epoll_data_t(fd: descriptor))
        epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event)
    }
}
