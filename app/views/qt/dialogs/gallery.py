"""The gallery of examples: pictures to choose from, each with a title and a sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QListView,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.model.examples import Example

PICTURE, CELL, SIZE = QSize(240, 165), QSize(276, 270), QSize(880, 660)


class Gallery(QDialog):
    """Shown beside the window; ``choose`` receives the name of the example that was chosen."""

    def __init__(
        self, parent: QWidget, examples: Sequence[Example], choose: Callable[[str], None]
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Examples")
        self._choose = choose
        self.list = QListWidget()
        self.list.setObjectName("gallery")
        self.list.setAccessibleName("Examples")
        self.list.setViewMode(QListView.ViewMode.IconMode)
        self.list.setMovement(QListView.Movement.Static)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setWordWrap(True)
        self.list.setIconSize(PICTURE)
        self.list.setGridSize(CELL)
        for example in examples:
            picture = QPixmap()
            picture.loadFromData(example.picture)
            item = QListWidgetItem(QIcon(picture), f"{example.title}\n{example.words}")
            item.setData(Qt.ItemDataRole.UserRole, example.name)
            item.setToolTip(example.words)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.itemActivated.connect(self._open)
        self.list.itemClicked.connect(self._open)
        buttons = QDialogButtonBox()
        buttons.rejected.connect(self.close)
        column = QVBoxLayout(self)
        column.addWidget(self.list)
        column.addWidget(buttons)
        # once the window’s style is theirs, or they have icons
        buttons.setStandardButtons(QDialogButtonBox.StandardButton.Close)
        self.resize(SIZE.boundedTo(parent.size()))

    def _open(self, item: QListWidgetItem) -> None:
        self.close()
        self._choose(str(item.data(Qt.ItemDataRole.UserRole)))
