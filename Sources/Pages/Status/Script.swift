/// The script of the pages. Without it the pages load themselves again.
enum Script {
    static let text = """
        "use strict";
        // Replaces the page's content every few seconds while somebody looks.
        const wait = Number(document.body.dataset.live) * 1000;
        async function renew() {
            if (document.visibilityState !== "visible" || String(getSelection())) return;
            const answer = await fetch(location.href, {cache: "no-cache"});
            if (!answer.ok) return;
            const page = new DOMParser().parseFromString(await answer.text(), "text/html");
            const main = page.querySelector("main");
            const old = document.querySelector("main");
            if (!main || main.isEqualNode(old)) return;
            // The person may be on a link.
            const focus = document.activeElement?.getAttribute?.("href");
            old.replaceWith(main);
            document.title = page.title;
            if (focus) [...main.querySelectorAll("a")].find(a => a.getAttribute("href") === focus)?.focus();
        }
        function repeat() {
            renew().catch(() => {}).finally(() => setTimeout(repeat, wait));
        }
        if (wait) setTimeout(repeat, wait);

        // Appends the output of a running deployment as it is written.
        const log = document.querySelector("[data-log]");
        let next = Number(log?.dataset.next);
        async function follow() {
            const answer = await fetch(`${log.dataset.log}?from=${next}`, {cache: "no-store"});
            if (!answer.ok) return true;
            const text = await answer.text();
            const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 8;
            log.append(text);
            // A page that stays open for days must not grow without an end.
            while (log.childNodes.length > 2000) log.firstChild.remove();
            if (atEnd) log.scrollTop = log.scrollHeight;
            next = Number(answer.headers.get("Bellpull-Next"));
            if (answer.headers.get("Bellpull-State") === log.dataset.state) return true;
            location.reload();
            return false;
        }
        function repeatFollow() {
            follow().catch(() => true).then(goesOn => { if (goesOn) setTimeout(repeatFollow, 1000); });
        }
        if (log) {
            log.scrollTop = log.scrollHeight;
            setTimeout(repeatFollow, 1000);
        }

        """
}
