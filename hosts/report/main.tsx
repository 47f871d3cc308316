import { render } from "preact";
import type { Report } from "../../core-ts/report/report.ts";
import { App } from "./app.tsx";
import { fileName } from "./figures.ts";
import "./report.css";

const report = JSON.parse(document.getElementById("report")!.textContent!) as Report;
document.title = fileName(report.model);
const page = document.getElementById("page")!;
page.replaceChildren();
render(<App report={report} />, page);
