/// The icon: a bell.
enum Icon {
    static let text = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="#b7791f" d="M12 2a2 2 0 0 0-2 2v.6A6 6 0 0 0 6 10.3V15l-2 3h16l-2-3v-4.7a6 6 0 0 0-4-5.7V4a2 2 0 0 0-2-2z"/><path fill="#975a16" d="M9.5 19.5a2.5 2.5 0 0 0 5 0z"/></svg>

        """
}
