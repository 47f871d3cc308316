import { render } from "preact";
import type { Report } from "../../core-ts/report/report.ts";
import { App } from "./app.tsx";
import "./report.css";

const report = JSON.parse(document.getElementById("report")!.textContent!) as Report;
document.title = report.model;
const page = document.getElementById("page")!;
page.replaceChildren();
render(<App report={report} />, page);
