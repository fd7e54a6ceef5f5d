package redact

import "strings"

// fileName replaces the name of a file but for a usual extension, by which
// programs and people tell what it is.
func (w *rewriter) fileName(s string) string {
	if stem, extension := splitExtension(s); extension != "" {
		return w.text(stem) + extension
	}
	return outside(hasExtension, w.text, s)
}

func hasExtension(s string) bool {
	_, extension := splitExtension(s)
	return extension != ""
}

// splitExtension takes a name apart before its extension, which is empty unless
// it is a usual one.
func splitExtension(name string) (stem, extension string) {
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 || !extensions.holds(strings.ToLower(name[dot+1:])) {
		return name, ""
	}
	return name[:dot], name[dot:]
}

// extensions are of what people send. None is so long that it could be text.
var extensions = wordsOf(`3gp 7z aac aiff amr avi avif bmp bz2 csv doc docm docx eml epub flac gif gz heic heif htm html
	ics jpeg jpg js json key log m4a m4v md mkv mov mp3 mp4 mpeg mpg msg odp ods odt oga ogg opus pages pdf png
	ppt pptx psd rar rtf svg tar tex tgz tif tiff tsv txt vcf wav weba webm webp wmv xls xlsm xlsx xml yaml yml zip`)
