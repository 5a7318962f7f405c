// The course: an entry of its own, because `course check` must not wait for the whole library to load.

export { writeFileAtomic } from "../../src/node/atomicFile.ts";
export { shellLine } from "../../src/node/shellWords.ts";
export { SettingsError } from "../../src/tensor/errors.ts";
export { chapters, type Exercise } from "../course/exercise.ts";
export { exercises as assignmentExercises } from "../course/exercises/index.ts";
export { type CheckedExercise, type CheckProjectOptions, checkProject } from "./course/checkProject.ts";
export { chooseExercises, findExercise } from "./course/chooseExercises.ts";
export { type Grade, type GradeOptions, gradeSubmissions, notesOf } from "./course/grade.ts";
export { gradesCsv, gradescopeResults } from "./course/gradebook.ts";
export { loadExercises } from "./course/loadExercises.ts";
export { answersOf, type Project, readProject } from "./course/project.ts";
export { createProject, nextHint } from "./course/projectFolder.ts";
