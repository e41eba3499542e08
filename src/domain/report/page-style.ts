/** How pages and paper look. Paper: A4 across, millimetres; page: the window's width, one column on a phone. */
import { LOOK, SANS } from './look.ts';

/** mm. 210 high without the margins: 180. The first page's heading takes up to 16. */
export const PAPER = { width: 273, unit: 13, gap: 3.5, pad: 3, band: 164 };
/** px, at 1,240 of width. */
export const SCREEN = { width: 1208, unit: 56, gap: 16, pad: 16 };

const COMMON = `
*{box-sizing:border-box;margin:0}
body{font-family:${SANS};color:${LOOK.ink};font-variant-numeric:tabular-nums;-webkit-print-color-adjust:exact;print-color-adjust:exact}
h1,h2{font-weight:600;line-height:1.25;overflow-wrap:anywhere}
.card{display:flex;flex-direction:column;min-width:0;background:${LOOK.surface};border:1px solid ${LOOK.line};container-type:inline-size}
.card>*{flex:none}
.card>.body{flex:1 1 auto;min-height:0}
.clamp{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden}
.unit,.sub,.note,.empty,dt{color:${LOOK.ink3}}
.unit{font-weight:400}
div.picture{display:flex}
div.picture svg{width:100%;height:100%;display:block;overflow:visible}
.value{font-weight:600;letter-spacing:-.015em;line-height:1.15}
dl{display:flex;flex-wrap:wrap;column-gap:1.2em}
dl div{display:flex;gap:.4em}
.trend{flex:1 1 0;min-height:0}
.trend svg{width:100%;height:100%;display:block}
table{border-collapse:collapse;width:100%}
th{font-weight:600;color:${LOOK.ink2};text-align:left;vertical-align:bottom;border-bottom:1px solid ${LOOK.lineStrong}}
td{border-bottom:1px solid ${LOOK.line};vertical-align:top;text-align:left}
td.n,th.n{text-align:right}
.empty{display:flex;align-items:center;justify-content:center;text-align:center}
.bad{background:${LOOK.badGround};border-color:${LOOK.bad}}
.bad .words{color:${LOOK.bad};overflow-wrap:anywhere;overflow:hidden}
h1,h2,p,th,td,dt,dd{unicode-bidi:plaintext}
p{overflow-wrap:anywhere;white-space:pre-line}
p+p{margin-top:.7em}
.notice{background:${LOOK.warnGround};color:${LOOK.warn}}
`;

const PRINT = `
body{font-size:8.5pt;line-height:1.35}
header{display:flex;justify-content:space-between;align-items:flex-end;gap:8mm;padding-bottom:2.5mm;margin-bottom:3mm;border-bottom:.6mm solid ${LOOK.accentSolid}}
header>div{min-width:0}
header .right{flex:none;max-width:40%;overflow:hidden;text-overflow:ellipsis}
h1{font-size:15pt}
.long h1{font-size:12pt}
.sub{font-size:8.5pt;margin-top:.6mm}
.right{text-align:right;white-space:nowrap}
h2{font-size:9pt;margin-bottom:1.5mm;break-after:avoid}
.band{display:grid;grid-template-columns:repeat(12,minmax(0,1fr));gap:${PAPER.gap}mm;break-inside:avoid;margin-bottom:${PAPER.gap}mm}
.card{padding:${PAPER.pad}mm;border-radius:1.2mm;border-width:.25mm;overflow:hidden}
.low{padding:1.4mm 3mm}
.low h2{margin-bottom:0}
.low dl,.low .trend{display:none}
.flow{display:block;container-type:normal;overflow:visible;border:0;padding:0;margin:1.5mm 0 ${PAPER.gap + 1.5}mm}
.note{font-size:7pt;margin-top:1mm}
thead{display:table-header-group}
tr{break-inside:avoid}
th,td{padding:.9mm 2mm}
td.n{white-space:nowrap}
td.w{overflow-wrap:anywhere}
.fits th,.fits td{white-space:nowrap;padding:.75mm 2mm;line-height:1.3}
.kpi dl{overflow:hidden}
.small{font-size:6.5pt}
.notice{padding:1.5mm 3mm;margin-bottom:3mm;border-radius:1.2mm}
`;

const PAGE = `
:root{color-scheme:light}
body{background:${LOOK.ground};font-size:14px;line-height:1.45}
main{max-width:${SCREEN.width + 32}px;margin:0 auto;padding:24px 16px 48px}
main>section+section{margin-top:40px}
header{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:flex-end;gap:4px 24px;margin-bottom:16px}
header.framed{margin-top:-8px}
header.framed p{margin-top:0}
h1{font-size:24px}
h2{font-size:14px;margin-bottom:8px}
.sub{font-size:13px}
.grid{display:grid;grid-template-columns:repeat(12,minmax(0,1fr));grid-auto-rows:minmax(${SCREEN.unit}px,auto);gap:${SCREEN.gap}px}
.card{padding:${SCREEN.pad}px;border-radius:10px}
.low{padding:6px 16px}
.low h2{margin-bottom:0}
.low dl,.low .trend{display:none}
.note{font-size:12px;margin-top:6px}
.scroll{overflow:auto;max-height:480px}
.scroll thead th{position:sticky;top:0;background:${LOOK.surface}}
th,td{padding:5px 10px;white-space:nowrap}
td.w{white-space:normal;min-width:12em;overflow-wrap:anywhere}
.bad .words{max-height:240px;overflow:auto}
.empty{min-height:80px}
.notice{padding:8px 12px;margin-bottom:16px;border-radius:6px}
.narrow{display:none!important}
@media (max-width:760px){
.grid{grid-template-columns:repeat(2,minmax(0,1fr));grid-auto-rows:auto;gap:12px}
.grid>.card{grid-area:auto!important;grid-column:span 2!important}
.grid>.kpi{grid-column:span 1!important}
.card{padding:12px}
.wide{display:none!important}
.narrow{display:flex!important}
.narrow svg{height:auto!important}
}
`;

export const pageStyle = (mode: 'page' | 'print') => COMMON + (mode === 'print' ? PRINT : PAGE);
