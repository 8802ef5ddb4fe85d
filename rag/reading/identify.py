"""What a file is by its first bytes, whatever its name says; and what to do with formats that are not read."""

from __future__ import annotations

import io
import re
import zipfile

from rag.errors import ReadingError

_MAGIC = (
    (b"%PDF-", "PDF"),
    (b"PK\x03\x04", "ZIP 压缩包"),
    (b"PK\x05\x06", "ZIP 压缩包"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "旧版 Office 或 WPS 文件"),
    (b"{\\rtf", "RTF 文档"),
    (b"\xff\xd8\xff", "JPEG 图片"),
    (b"\x89PNG\r\n\x1a\n", "PNG 图片"),
    (b"GIF8", "GIF 图片"),
    (b"II*\0", "TIFF 图片"),
    (b"MM\0*", "TIFF 图片"),
    (b"Rar!\x1a\x07", "RAR 压缩包"),
    (b"7z\xbc\xaf\x27\x1c", "7z 压缩包"),
    (b"\x1f\x8b\x08", "gzip 压缩包"),
    (b"\x7fELF", "程序文件"),
    (b"SQLite format 3\0", "SQLite 数据库"),
    (b"ID3", "MP3 音频"),
)
_PACKAGES = (
    ("word/", "Word 文档（.docx）"),
    ("xl/", "Excel 表格（.xlsx）"),
    ("ppt/", "PowerPoint 演示（.pptx）"),
    ("OFD.xml", "OFD 版式文件"),
    ("META-INF/container.xml", "EPUB 电子书"),
    ("content.xml", "OpenDocument 文档"),
)
_EXPECTED = {
    ".pdf": ("PDF",),
    ".docx": ("Word 文档（.docx）",),
    ".png": ("PNG 图片",),
    ".jpg": ("JPEG 图片",),
    ".jpeg": ("JPEG 图片",),
    ".bmp": ("BMP 图片",),
    ".tif": ("TIFF 图片",),
    ".tiff": ("TIFF 图片",),
    ".html": ("网页（HTML）",),
    ".htm": ("网页（HTML）",),
}
_ADVICE = {
    "PDF": "请把后缀改成 .pdf",
    "网页（HTML）": "请把后缀改成 .html",
    "Word 文档（.docx）": "请把后缀改成 .docx",
    "旧版 Office 或 WPS 文件": "请用 Word 或 WPS 打开，另存为 .docx",
    "RTF 文档": "请用 Word 或 WPS 打开，另存为 .docx",
    "OFD 版式文件": "请用阅读器导出为 PDF",
    "网页存档（MHTML）": "请在浏览器里另存为“网页，仅 HTML”",
    "加了密码的 Office 文件": "请去掉密码后另存为 .docx",
}
_SAVE_AS_DOCX = "请用 Word 或 WPS 打开，另存为 .docx 后重试"
UNREAD = {
    **dict.fromkeys((".doc", ".dot", ".wps", ".wpt", ".rtf", ".odt", ".pages"), _SAVE_AS_DOCX),
    **dict.fromkeys(
        (".xls", ".xlsx", ".et", ".csv", ".ods"), "请把要查的内容另存为 .docx、.pdf 或 .txt 后重试"
    ),
    **dict.fromkeys((".ppt", ".pptx", ".dps", ".odp"), "请导出为 PDF 后重试"),
    **dict.fromkeys((".ofd", ".ceb", ".caj", ".epub", ".xps"), "请导出为 PDF 后重试"),
    **dict.fromkeys((".mht", ".mhtml"), "请在浏览器里另存为“网页，仅 HTML”后重试"),
    **dict.fromkeys((".zip", ".rar", ".7z", ".gz", ".tar"), "请解压后重试"),
    **dict.fromkeys((".shtml", ".xhtml", ".asp", ".jsp", ".php"), "若是存下的网页，请把后缀改成 .html"),
    **dict.fromkeys((".gif", ".webp", ".heic"), "请转成 .png 或 .jpg 后重试"),
}
"""Suffixes of formats that are not read, and what to do about each."""


def identify(data: bytes) -> str | None:
    """Return what `data` is in Chinese, None where its first bytes give no sign: plain text, most of all."""
    for magic, name in _MAGIC:
        if data.startswith(magic):
            if name == "ZIP 压缩包":
                return _package(data)
            if name.startswith("旧版"):
                return "加了密码的 Office 文件" if "EncryptedPackage".encode("utf-16-le") in data else name
            return name
    if data.startswith(b"BM") and data[6:10] == b"\0\0\0\0" and len(data) > 26:
        return "BMP 图片"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP 图片"
    if data[4:8] == b"ftyp":
        return "视频文件"
    if data.startswith(b"MZ") and b"\0" in data[:64]:
        return "程序文件"
    head = data[:2048].removeprefix(b"\xef\xbb\xbf").lstrip()
    if re.match(
        rb"(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html[\s>])", head, re.I | re.S
    ):
        return "网页（HTML）"
    if head.startswith(b"%PDF-"):
        return "PDF"
    if re.match(
        rb"(?:From|MIME-Version|Subject):.{0,1500}Content-Type:\s*multipart/related", head, re.I | re.S
    ):
        return "网页存档（MHTML）"
    return None


def _package(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, UnicodeDecodeError):
        # The directory at the end of a damaged package cannot be read; the names also stand before each file.
        names = [match.decode("ascii") for match in re.findall(rb"word/document\.xml|xl/workbook\.xml", data)]
    for prefix, name in _PACKAGES:
        if any(entry.startswith(prefix) for entry in names):
            return name
    return "ZIP 压缩包"


def check(data: bytes, suffix: str) -> None:
    """Refuse a file that is not what its suffix says.

    Raises:
        ReadingError: with what it is and what to do.
    """
    found = identify(data)
    expected = _EXPECTED.get(suffix, ())
    if found is None and suffix in (".html", ".htm"):
        return
    if found in expected or (found is None and not expected):
        return
    if not data.strip():
        raise ReadingError("文件是空的")
    if found is None:
        raise ReadingError(f"内容不是 {suffix} 文件，可能已损坏或改过后缀；请重新下载或导出")
    raise ReadingError(f"后缀是 {suffix}，内容却是{found}；{_ADVICE.get(found, '请换成可读的文件')}")
