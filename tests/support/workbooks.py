"""Small Excel workbooks, written here part by part."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
STYLES = (
    f'<styleSheet {_MAIN}><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd hh:mm:ss.000"/>'
    '<numFmt numFmtId="165" formatCode="0.00&quot;d&quot;[Red]"/></numFmts>'
    '<cellStyleXfs count="1"><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="22"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs>'
    "</styleSheet>"
)


def workbook(
    sheets: dict[str, str],
    *,
    strings: Sequence[str] = (),
    properties: str = "",
    hidden: Sequence[str] = (),
    styles: str = STYLES,
) -> bytes:
    """A workbook of sheets (name -> the XML inside of sheetData)."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", _TYPES)
        listed = related = ""
        for number, (name, rows) in enumerate(sheets.items(), start=1):
            state = ' state="hidden"' if name in hidden else ""
            listed += f'<sheet name="{escape(name)}" sheetId="{number}"{state} r:id="rId{number}"/>'
            target = f"worksheets/sheet{number}.xml"
            related += f'<Relationship Id="rId{number}" Type="{_RELATIONS}/worksheet" Target="{target}"/>'
            package.writestr(f"xl/{target}", f"<worksheet {_MAIN}><sheetData>{rows}</sheetData></worksheet>")
        package.writestr(
            "xl/workbook.xml",
            f'<workbook {_MAIN} xmlns:r="{_RELATIONS}">{properties}<sheets>{listed}</sheets></workbook>',
        )
        package.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{related}'
            "</Relationships>",
        )
        package.writestr("xl/styles.xml", styles)
        if strings:
            entries = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
            package.writestr("xl/sharedStrings.xml", f"<sst {_MAIN}>{entries}</sst>")
    return held.getvalue()


def rows_of(table: Sequence[Sequence[object]]) -> str:
    """Rows of texts and numbers as the XML inside of sheetData."""
    return "".join(
        f'<row r="{number}">'
        + "".join(
            f"<c><v>{cell}</v></c>"
            if isinstance(cell, int | float)
            else f'<c t="inlineStr"><is><t>{escape(str(cell))}</t></is></c>'
            for cell in row
        )
        + "</row>"
        for number, row in enumerate(table, start=1)
    )
