import { render } from "preact";
import type { Report } from "../../core-ts/report/report.ts";
import "./report.css";

const report = JSON.parse(document.getElementById("report")!.textContent!) as Report;
document.title = report.model;
render(<h1>{report.model}</h1>, document.getElementById("page")!);
