"""English text that is left on a page in Spanish."""

from streamlit.testing.v1 import AppTest

from engine.language.update import read


def english_in(app: AppTest) -> set[str]:
    """Texts of the page that are English messages, although the page is in Spanish."""
    english = set()
    for entry in read("es"):
        ids = [entry.id] if isinstance(entry.id, str) else list(entry.id or ())
        strings = [entry.string] if isinstance(entry.string, str) else list(entry.string or ())
        english |= {text for text in ids if text and text not in strings}
    return english & set(_texts(app))


def _texts(app: AppTest) -> list[str]:
    shown = [*app.title, *app.subheader, *app.caption, *app.markdown, *app.info, *app.error]
    chosen = [*app.button, *app.checkbox, *app.selectbox, *app.number_input, *app.text_input]
    helps = [getattr(one, "help", "") or "" for one in chosen]
    return [*(one.value for one in shown), *(one.label for one in chosen), *helps]
