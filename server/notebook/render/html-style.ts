/** The page's look: light and dark by the reader's system, readable in print, on a telephone and without colour (each sign is text too). */
export const HTML_STYLE = `
:root{color-scheme:light dark;--ink:#1f2328;--dim:#59636e;--line:#d1d9e0;--page:#fff;--card:#f6f8fa;--add:#e6ffec;--addmark:#abf2bc;--addink:#116329;--del:#ffebe9;--delmark:#ffc1bc;--delink:#a40e26;--mod:#9a6700;--move:#0969da;--join:#8250df}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--dim:#9198a1;--line:#3d444d;--page:#0d1117;--card:#151b23;--add:#12261e;--addmark:#1d572d;--addink:#56d364;--del:#2d1619;--delmark:#7d2a2c;--delink:#ff7b72;--mod:#d29922;--move:#58a6ff;--join:#bc8cff}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1180px;padding:24px 16px 64px;background:var(--page);color:var(--ink);font:14px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
h1{font-size:20px;line-height:1.3;margin:0 0 4px;overflow-wrap:anywhere}
h2{font-size:16px;margin:40px 0 4px;padding-top:16px;border-top:1px solid var(--line);overflow-wrap:anywhere}
p{margin:0 0 8px}ul{margin:8px 0;padding-left:20px}a{color:var(--move)}
h3{display:flex;gap:8px;align-items:baseline;margin:0;padding:6px 12px;font-size:13px;font-weight:600;background:var(--card);border-bottom:1px solid var(--line)}
h4{margin:10px 12px 4px;font-size:12px;font-weight:400;color:var(--dim)}
section{border:1px solid var(--line);border-left-width:3px;border-radius:6px;margin:16px 0;padding-bottom:8px;overflow:hidden}
section.modified{border-left-color:var(--mod)}section.added{border-left-color:var(--addink)}section.deleted{border-left-color:var(--delink)}section.moved{border-left-color:var(--move)}section.split,section.merged{border-left-color:var(--join)}
.modified h3 b{color:var(--mod)}.added h3 b{color:var(--addink)}.deleted h3 b{color:var(--delink)}.moved h3 b{color:var(--move)}.split h3 b,.merged h3 b{color:var(--join)}
pre{margin:0;font:12px/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere;tab-size:4}
pre span{display:block;padding:0 12px 0 28px;text-indent:-16px;min-height:1.55em}
pre .add{background:var(--add)}pre .del{background:var(--del)}
mark{color:inherit;border-radius:2px;padding:1px 0}.add mark{background:var(--addmark)}.del mark{background:var(--delmark)}
pre .dim{background:var(--card);font-size:11px;padding-top:2px;padding-bottom:2px}
pre i{font-style:normal;color:var(--dim);display:inline}
.dim{color:var(--dim)}section>p,section>div.leaf{margin:4px 12px;overflow-wrap:anywhere}
del,ins{text-decoration:none;border-radius:3px;padding:1px 4px;overflow-wrap:anywhere}del{background:var(--del);color:var(--delink)}ins{background:var(--add);color:var(--addink)}
.scroll{overflow-x:auto;margin:4px 12px}
table{border-collapse:collapse;font-size:12px;font-variant-numeric:tabular-nums}td,th{border:1px solid var(--line);padding:3px 8px;text-align:right;white-space:nowrap}
thead th{background:var(--card);font-weight:600}tbody th{font-weight:400;color:var(--dim)}
tr.add td,th.add{background:var(--add)}tr.del td,th.del{background:var(--del)}
.pictures{display:grid;grid-template-columns:repeat(auto-fit,minmax(240px,1fr));gap:12px;margin:4px 12px}
figure{margin:0;min-width:0}figcaption{color:var(--dim);font-size:12px;margin-top:4px;overflow-wrap:anywhere}
img{display:block;max-width:100%;height:auto;background:#fff;border:1px solid var(--line);border-radius:4px}
.over{position:relative;isolation:isolate;width:fit-content;max-width:100%;background:#fff}
.over img{border-color:transparent}.over img+img{position:absolute;inset:0;mix-blend-mode:difference}
@media(max-width:600px){body{padding:16px 8px 48px}section{border-radius:0}}
@media print{body{max-width:none;padding:0;font-size:11px}section,figure,tr{break-inside:avoid}h2,h3,h4{break-after:avoid}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`.replace(/\n/g, '');
