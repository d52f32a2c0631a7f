"""The window's style sheet, made from the theme, one spacing and one type size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from app.views.interface.theme import Theme

GAP = 8
POINTS = 10
# scale of the type up to which panels widen: beyond, in presentation mode, the canvas needs the room
MOST = 1.2
# property of the application: the type size
SCALE = "type_scale"
ICONS = Path(__file__).parent / "icons"
SHEET = """
QWidget {{ color: {text}; }}
QMainWindow, QDialog {{ background: {window}; }}
QMainWindow::separator {{ background: {window}; width: 5px; height: 5px; }}
QDockWidget {{ color: {muted}; font-weight: 600; }}
QDockWidget::title {{ background: {window}; padding: 7px 6px 5px 6px; text-align: left; }}
QTabBar {{ qproperty-elideMode: ElideNone; qproperty-usesScrollButtons: true; }}
QTabBar QToolButton {{ padding: 0; border-radius: 0; }}
#panel, #timeline, QScrollArea, QScrollArea > QWidget > #panel {{ background: {panel}; border: none; }}
QScrollArea, QTextBrowser, QPlainTextEdit, QTreeWidget, #lessons, #keyed {{
    border: 1px solid {panel}; }}
QScrollArea:focus, QTextBrowser:focus, QPlainTextEdit:focus, #lessons:focus, #keyed:focus {{
    border: 1px solid {accent}; }}
QMenuBar, QStatusBar {{ background: {window}; color: {muted}; }}
QMenuBar::item {{ padding: 4px 9px; background: transparent; border: 1px solid transparent; }}
QMenuBar::item:selected, QMenu::item:selected {{ background: {control}; color: {text};
    border-color: {accent}; }}
QMenu {{ background: {panel}; border: 1px solid {border}; padding: 4px; }}
QMenu::item {{ padding: 4px 23px 4px 13px; border: 1px solid transparent; border-radius: 3px; }}
QToolBar {{ background: {window}; border: none; padding: 0 6px 3px 6px; spacing: 2px; }}
QToolBar QToolButton {{ background: transparent; border: 1px solid transparent; padding: 4px; }}
QToolBar QToolButton:hover, QToolBar QToolButton:checked {{ background: {control}; }}
QToolBar QToolButton:focus {{ border-color: {accent}; }}
QToolBar::separator {{ background: {border}; width: 1px; margin: 5px 6px; }}
#palette {{ background: {panel}; border: 1px solid {border}; }}
QTreeWidget, QTextBrowser, QPlainTextEdit {{ background: {panel}; }}
QTreeWidget::item {{ padding: 4px; }}
QTreeWidget::item:selected {{ background: {control}; color: {text}; }}
QTreeWidget::item:selected:first {{ border-left: 3px solid {accent}; }}
QStatusBar::item {{ border: none; }}
QStatusBar QLabel {{ padding: 0 7px 0 0; }}
QComboBox, QAbstractSpinBox, QPushButton, QToolButton {{
    background: {control}; border: 1px solid {border}; border-radius: 4px; padding: 4px 8px; }}
QComboBox:focus, QAbstractSpinBox:focus, QPushButton:focus, QToolButton:focus {{
    border: 1px solid {accent}; }}
QComboBox {{ padding-right: 2px; }}
QComboBox::drop-down {{ border: none; width: 18px; }}
QComboBox::down-arrow {{ image: url({icons}/down.svg); width: 12px; height: 12px; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{
    border: none; background: transparent; width: 16px; }}
QAbstractSpinBox::up-arrow {{ image: url({icons}/up.svg); width: 10px; height: 10px; }}
QAbstractSpinBox::down-arrow {{ image: url({icons}/down.svg); width: 10px; height: 10px; }}
QComboBox QAbstractItemView {{ background: {panel}; border: 1px solid {border};
    selection-background-color: {accent}; selection-color: {window}; outline: none; }}
QComboBox QAbstractItemView::item {{ padding: 3px 6px; }}
QPushButton:hover, QToolButton:hover, QComboBox:hover {{ border-color: {muted}; }}
QCheckBox {{ spacing: 7px; padding: 1px 0; border: 1px solid transparent; border-radius: 3px; }}
QCheckBox:focus {{ border-color: {accent}; }}
QCheckBox::indicator {{ width: 13px; height: 13px; border: 1px solid {muted}; border-radius: 3px;
    background: {control}; }}
QCheckBox::indicator:checked {{ background: {accent}; border-color: {accent};
    image: url({icons}/check.svg); }}
QSlider::groove:horizontal {{ height: 4px; background: {control}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {accent}; border-radius: 2px; }}
QSlider::handle:horizontal {{ background: {text}; width: 14px; height: 14px; margin: -5px 0;
    border-radius: 7px; }}
QSlider::handle:horizontal:focus {{ background: {accent}; border: 3px solid {text}; width: 8px;
    border-radius: 7px; }}
QTabBar::tab:focus {{ background: {control}; color: {text}; border: 1px solid {accent}; }}
#heading {{ color: {muted}; font-weight: 600; padding-top: 8px; }}
QComboBox:disabled, QAbstractSpinBox:disabled, QLabel:disabled {{ color: {stale}; }}
QLineEdit:disabled, QCheckBox:disabled {{ color: {stale}; }}
QCheckBox::indicator:checked:disabled {{ background: {stale}; border-color: {stale}; }}
QSlider::sub-page:horizontal:disabled, QSlider::handle:horizontal:disabled {{ background: {stale}; }}
#quiet {{ color: {muted}; }}
QPushButton#quiet, QPushButton#stale {{ background: transparent; border: 1px solid transparent;
    padding: 0; text-align: left; }}
QPushButton#quiet:hover {{ color: {text}; text-decoration: underline; }}
QPushButton#quiet:focus, QPushButton#stale:focus {{ border-color: {accent}; }}
#stale {{ color: {stale}; }}
#formula {{ color: {text}; background: {window}; border-radius: 4px; padding: 7px 9px;
    font-size: {larger}pt; }}
#changed {{ color: {accent}; border-color: {accent}; }}
#warning {{ color: {warning}; }}
QProgressBar#slim {{ background: {control}; border: none; border-radius: 2px; }}
QProgressBar#slim::chunk {{ background: {accent}; border-radius: 2px; }}
QToolButton#small {{ padding: 0 8px; }}
#excerpt {{ color: {text}; background: {window}; border-radius: 4px; padding: 5px 7px; }}
QLineEdit {{ background: {control}; border: 1px solid {border}; border-radius: 4px; padding: 3px 6px; }}
QLineEdit:focus {{ border: 1px solid {accent}; }}
QLineEdit#mistaken, QAbstractSpinBox#mistaken {{ border: 1px solid {warning}; }}
QToolTip {{ background: {control}; color: {text}; border: 1px solid {border}; padding: 5px; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QMessageBox #qt_msgbox_label {{ font-weight: 600; }}
QMessageBox #qt_msgbox_informativelabel {{ min-width: 320px; }}
#task, #task_done {{ background: {window}; border: none; border-left: 3px solid {border};
    border-radius: 4px; }}
#task {{ border-left-color: {accent}; }}
#task_done {{ border-left-color: {done}; }}
#done {{ color: {done}; font-weight: 600; }}
#link {{ background: transparent; border: 1px solid transparent; color: {muted}; padding: 3px 5px; }}
#link::menu-indicator {{ image: none; }}
#link:hover {{ color: {text}; border-color: {border}; }}
#link:focus {{ border-color: {accent}; }}
#link:disabled, QPushButton:disabled {{ color: {frame}; }}
#ready {{ border-color: {accent}; }}
#met {{ color: {done}; }}
#words {{ background: {window}; }}
#message {{ background: {panel}; border: 1px solid {warning}; border-radius: 4px; }}
#message #title {{ font-weight: 600; }}
#lessons, #gallery {{ background: {panel}; outline: none; }}
#lessons::item {{ padding: 7px 6px; border-radius: 4px; }}
#gallery::item {{ padding: 2px; border-radius: 4px; }}
#lessons::item:hover, #lessons::item:selected, #gallery::item:hover, #gallery::item:selected {{
    background: {control}; color: {text}; }}
#lessons::item:selected, #gallery::item:selected {{ border-left: 3px solid {accent}; }}
QScrollBar:vertical {{ background: {panel}; width: 9px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {border}; border-radius: 4px; min-height: 24px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; }}
"""


def dress(window: QWidget, theme: Theme, points: int = POINTS) -> None:
    """Apply the theme and a type size to the application and its window.

    The style sheet is the window's, and so that of its dialogs: one of the application would style
    a widget again for each widget above it.
    """
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    if application.property(SCALE) is None:  # the same style again would style all widgets twice
        application.setStyle("Fusion")
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: theme.window,
        QPalette.ColorRole.WindowText: theme.text,
        QPalette.ColorRole.Base: theme.panel,
        QPalette.ColorRole.Text: theme.text,
        QPalette.ColorRole.Button: theme.control,
        QPalette.ColorRole.ButtonText: theme.text,
        QPalette.ColorRole.Highlight: theme.accent,
        QPalette.ColorRole.HighlightedText: theme.window,
        QPalette.ColorRole.ToolTipBase: theme.control,
        QPalette.ColorRole.ToolTipText: theme.text,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    application.setPalette(palette)
    font = QFont(application.font())
    font.setPointSize(points)
    application.setFont(font)
    application.setProperty(SCALE, points / POINTS)
    window.setStyleSheet(SHEET.format(icons=ICONS.as_posix(), larger=points + 1, **vars(theme)))
    _forget()
    for resize, widget, width in _SCALED:
        resize(widget, width)


# Widgets with such a width.  Qt's own list of all widgets includes some being deleted, and touching
# one of those crashes the process.
_SCALED: list[tuple[Callable[[QWidget, int], None], QWidget, int]] = []


def fixed(widget: QWidget, width: int) -> None:
    """Fix a width that scales with the type size, in pixels at the default size."""
    _scale(_fix, widget, width)


def at_least(widget: QWidget, width: int) -> None:
    """Set the least width in the same way, for type up to `MOST`."""
    _scale(_bound, widget, width)


def _scale(resize: Callable[[QWidget, int], None], widget: QWidget, width: int) -> None:
    _forget()
    _SCALED.append((resize, widget, width))
    resize(widget, width)


def _forget() -> None:
    """Drop widgets that Qt has deleted."""
    _SCALED[:] = [kept for kept in _SCALED if isValid(kept[1])]


def _fix(widget: QWidget, width: int) -> None:
    widget.setFixedWidth(round(width * _type_scale()))


def _bound(widget: QWidget, width: int) -> None:
    scale = _type_scale()
    widget.setMinimumWidth(round(width * (scale if scale <= MOST else 1.0)))


def _type_scale() -> float:
    application = QApplication.instance()
    scale = application.property(SCALE) if application is not None else None
    return float(scale or 1.0)
