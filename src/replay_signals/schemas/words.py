"""Words of controls that act where no recorder looks, by what they do and by language (ISO 639).

What a control is (its tag, `download`, `type`, `target`, icon) decides before any word does; words only keep a silent
control from being called dead, so a word that is missing here costs precision in that language and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

Words = Mapping[str, tuple[str, ...]]
"""Language -> words in lower case."""

CLIPBOARD: Words = {
    "en": ("copy", "copied", "clipboard"),
    "de": ("kopieren", "zwischenablage"),
    "fr": ("copier", "presse-papiers"),
    "es": ("copiar", "portapapeles"),
    "pt": ("copiar", "área de transferência"),
    "it": ("copia", "copiare"),
    "nl": ("kopiëren", "kopieer", "klembord"),
    "pl": ("kopiuj", "skopiuj", "schowek"),
    "sv": ("kopiera",),
    "tr": ("kopyala", "panoya"),
    "ru": ("копировать", "скопировать"),
    "uk": ("копіювати", "скопіювати"),
    "ar": ("نسخ",),
    "hi": ("कॉपी",),
    "id": ("salin",),
    "ja": ("コピー",),
    "ko": ("복사",),
    "zh": ("复制", "複製"),
}
FILES: Words = {
    "": ("pdf", "csv", "xls", "xlsx", "docx", "ics", "ical", "vcf", "vcard", "zip"),
    "en": (
        *("download", "export", "upload", "attach", "attachment", "attach file", "attach files", "paperclip"),
        *(
            "choose file",
            "choose files",
            "select file",
            "select files",
            "browse file",
            "browse files",
            "browse computer",
        ),
        *("add to calendar", "save as", "import file"),
    ),
    "de": (
        "herunterladen",
        "exportieren",
        "hochladen",
        "anhang",
        "datei auswählen",
        "dateien auswählen",
        "durchsuchen",
    ),
    "fr": ("télécharger", "exporter", "téléverser", "pièce jointe", "choisir un fichier", "parcourir"),
    "es": ("descargar", "exportar", "subir archivo", "adjuntar", "elegir archivo", "seleccionar archivo"),
    "pt": ("baixar", "descarregar", "exportar", "carregar arquivo", "anexar", "escolher arquivo", "escolher ficheiro"),
    "it": ("scarica", "scaricare", "esporta", "carica file", "allega", "scegli file"),
    "nl": ("downloaden", "exporteren", "uploaden", "bijlage", "bestand kiezen"),
    "pl": ("pobierz", "eksportuj", "prześlij plik", "załącz", "wybierz plik"),
    "sv": ("hämta", "ladda ner", "ladda ned", "exportera", "ladda upp", "bifoga", "välj fil"),
    "tr": ("indir", "dışa aktar", "dosya yükle", "dosya seç"),
    "ru": ("скачать", "загрузить", "экспорт", "экспортировать", "прикрепить", "выбрать файл"),
    "uk": ("завантажити", "експорт", "експортувати", "прикріпити", "вибрати файл"),
    "ar": ("تنزيل", "تحميل", "تصدير", "رفع"),
    "hi": ("डाउनलोड", "अपलोड", "निर्यात"),
    "id": ("unduh", "ekspor", "unggah", "pilih file"),
    "ja": ("ダウンロード", "エクスポート", "アップロード", "ファイルを選択", "書き出"),
    "ko": ("다운로드", "내보내기", "업로드", "파일 선택"),
    "zh": ("下载", "下載", "导出", "匯出", "上传", "上傳", "选择文件", "選擇檔案"),
}
SHARING: Words = {
    "en": ("share",),
    "de": ("teilen",),
    "fr": ("partager",),
    "es": ("compartir",),
    "pt": ("compartilhar", "partilhar"),
    "it": ("condividi",),
    "nl": ("delen",),
    "pl": ("udostępnij",),
    "sv": ("dela",),
    "tr": ("paylaş",),
    "ru": ("поделиться",),
    "uk": ("поділитися",),
    "ar": ("مشاركة",),
    "hi": ("साझा", "शेयर"),
    "id": ("bagikan",),
    "ja": ("共有", "シェア"),
    "ko": ("공유",),
    "zh": ("分享", "共享"),
}
PRINTING: Words = {
    "en": ("print", "printer"),
    "de": ("drucken",),
    "fr": ("imprimer",),
    "es": ("imprimir",),
    "pt": ("imprimir",),
    "it": ("stampa",),
    "nl": ("afdrukken", "printen"),
    "pl": ("drukuj", "wydrukuj"),
    "sv": ("skriv ut",),
    "tr": ("yazdır",),
    "ru": ("печать", "распечатать"),
    "uk": ("друк", "друкувати"),
    "ar": ("طباعة",),
    "hi": ("प्रिंट",),
    "id": ("cetak",),
    "ja": ("印刷",),
    "ko": ("인쇄",),
    "zh": ("打印", "列印"),
}
PLAYING: Words = {
    "en": (
        *("play", "pause", "mute", "unmute", "listen", "audio", "sound", "speak", "read aloud", "music", "speaker"),
        *("volume", "fullscreen", "full screen"),
    ),
    "de": ("abspielen", "wiedergabe", "stummschalten", "anhören", "vorlesen", "lautstärke", "vollbild"),
    "fr": ("lire", "lecture", "écouter", "muet", "son", "plein écran"),
    "es": ("reproducir", "pausar", "silenciar", "escuchar", "volumen", "pantalla completa"),
    "pt": ("reproduzir", "pausar", "silenciar", "ouvir", "tela cheia", "ecrã inteiro"),
    "it": ("riproduci", "pausa", "ascolta", "disattiva audio", "schermo intero"),
    "nl": ("afspelen", "pauzeren", "dempen", "beluisteren", "volledig scherm"),
    "pl": ("odtwórz", "wstrzymaj", "wycisz", "posłuchaj", "pełny ekran"),
    "sv": ("spela upp", "pausa", "lyssna", "helskärm"),
    "tr": ("oynat", "duraklat", "dinle", "tam ekran"),
    "ru": ("воспроизвести", "слушать", "пауза", "громкость", "во весь экран", "полный экран"),
    "uk": ("відтворити", "слухати", "пауза", "гучність", "на весь екран"),
    "ar": ("تشغيل", "استماع", "كتم"),
    "hi": ("चलाएं", "सुनें"),
    "id": ("putar", "jeda", "dengarkan", "layar penuh"),
    "ja": ("再生", "一時停止", "ミュート", "音量", "全画面"),
    "ko": ("재생", "일시정지", "음소거", "전체 화면", "전체화면"),
    "zh": ("播放", "暂停", "暫停", "静音", "靜音", "音量", "全屏", "全螢幕"),
}
ONCE: tuple[Words, ...] = (CLIPBOARD, FILES, SHARING, PRINTING)
"""What one click does completely: nobody needs it again at once."""
SIGNS_ONCE, SIGNS_PLAYING = "⧉📋🖨⎙⤓", "🔊🔈🔉▶⏵⏸"
WHOLE_NAMES: Words = {"en": ("browse",), "de": ("durchsuchen",), "fr": ("parcourir",), "es": ("examinar",)}
"""Words that mean a dialog of files only where they are the whole name."""
DOCUMENTS: Words = {
    "en": (
        *("invoice", "receipt", "label", "shipping label", "packing slip", "delivery note", "statement"),
        *("certificate", "boarding pass", "voucher", "payslip", "spreadsheet"),
        *("leaflet", "brochure", "flyer", "price list", "data sheet", "datasheet", "fact sheet", "factsheet"),
    ),
    "de": (
        *("rechnung", "quittung", "beleg", "etikett", "versandetikett", "lieferschein", "kontoauszug", "zertifikat"),
        *("broschüre", "prospekt", "faltblatt", "preisliste", "datenblatt", "merkblatt"),
    ),
    "fr": (
        *("facture", "reçu", "étiquette", "bon de livraison", "relevé", "certificat", "billet"),
        *("brochure", "dépliant", "prospectus", "fiche technique"),
    ),
    "es": (
        *("factura", "recibo", "etiqueta", "albarán", "extracto", "certificado", "billete"),
        *("folleto", "lista de precios", "ficha técnica"),
    ),
    "pt": ("fatura", "recibo", "etiqueta", "guia de remessa", "extrato", "certificado", "bilhete"),
    "it": ("fattura", "ricevuta", "etichetta", "bolla", "estratto conto", "certificato", "biglietto"),
    "nl": ("factuur", "bon", "label", "pakbon", "afschrift", "certificaat"),
    "pl": ("faktura", "paragon", "etykieta", "list przewozowy", "wyciąg", "certyfikat", "bilet"),
    "sv": ("faktura", "kvitto", "etikett", "följesedel", "kontoutdrag", "intyg", "biljett"),
    "tr": ("fatura", "makbuz", "etiket", "irsaliye", "ekstre", "sertifika", "bilet"),
    "ru": ("счёт", "счет", "чек", "этикетка", "накладная", "выписка", "сертификат", "билет"),
    "uk": ("рахунок", "чек", "етикетка", "накладна", "виписка", "сертифікат", "квиток"),
    "ar": ("فاتورة", "إيصال", "ملصق", "شهادة", "تذكرة"),
    "hi": ("चालान", "रसीद", "लेबल", "प्रमाणपत्र", "टिकट"),
    "id": ("faktur", "kuitansi", "label", "surat jalan", "sertifikat", "tiket"),
    "ja": ("請求書", "領収書", "ラベル", "納品書", "明細書", "証明書", "チケット"),
    "ko": ("청구서", "영수증", "라벨", "거래명세서", "증명서", "티켓"),
    "zh": ("发票", "發票", "收据", "收據", "标签", "標籤", "对账单", "證書", "证书"),
}
"""Documents: a button that is called so and nothing else hands one out, which the browser saves or shows elsewhere."""
NOT_MEANT: Words = {"en": ("play again",)}
"""Phrases of another meaning that hold such a word."""
_UNSPACED = frozenset(("ja", "ko", "zh", "hi", "ar"))
"""Languages whose words may stand inside longer ones."""


def _pattern(tables: tuple[Words, ...], signs: str) -> re.Pattern[str]:
    """One pattern of all words; letters and digits beside a spaced language's word make it another word."""
    spaced, unspaced = set[str](), set(signs)
    for table in tables:
        for language, words in table.items():
            (unspaced if language in _UNSPACED else spaced).update(words)
    whole = "|".join(re.escape(word) for word in sorted(spaced, key=lambda w: (-len(w), w)))
    inside = [re.escape(word) for word in sorted(unspaced)]
    return re.compile("|".join([rf"(?<![^\W_])(?:{whole})(?![^\W_])", *inside]), re.IGNORECASE)


_ONCE = _pattern(ONCE, SIGNS_ONCE)
_PLAYING = _pattern((PLAYING,), SIGNS_PLAYING)
_NOT_MEANT = _pattern((NOT_MEANT,), "")
_WHOLE_NAMES = frozenset(word for words in WHOLE_NAMES.values() for word in words)
_DOCUMENTS = frozenset(word for words in DOCUMENTS.values() for word in words)


def acts_once(text: str) -> bool:
    """Does a name speak of the clipboard, of files, of sharing or of printing?"""
    return _ONCE.search(text) is not None


def acts_outside(text: str) -> bool:
    """Does a name speak of what no recording of a page shows: the above, or sound, video and the whole screen?"""
    return acts_once(text) or _PLAYING.search(_NOT_MEANT.sub("", text)) is not None


def is_file_dialog(name: str) -> bool:
    """Is it the name of a button that opens the system's dialog of files, and of nothing else?"""
    return _whole(name) in _WHOLE_NAMES


def is_document(name: str) -> bool:
    """Is it the name of a document, and nothing else?"""
    return _whole(name) in _DOCUMENTS


def _whole(name: str) -> str:
    return name.strip(" .…").lower()
