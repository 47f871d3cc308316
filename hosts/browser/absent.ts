/** Stands in the bundle for what command-line packages import from Node (child_process, fs, path, process) and jobs never call. */
export default {};
