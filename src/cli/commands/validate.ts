import { command } from '../command.ts';
import { EXIT } from '../exit.ts';
import { planFiles } from '../files/plan.ts';
import { readFiles } from '../files/read.ts';
import { problemJson } from '../files/snippet.ts';
import { countText, tellProblems } from '../files/tell-problems.ts';

export const validate = command({
  name: 'validate',
  summary: 'Checks files of scenarios, and writes nothing',
  words: '<files…>',
  more: `Files are YAML, a scenario a document; a folder stands for all its .yaml and .yml files, - for standard
input. The API checks what only it can tell: whether datasets exist, whether a zone does. Every problem of
every file is listed, with its line.`,
  examples: [
    ['hf-scheduler validate scenarios/', 'all files of a folder'],
    ['hf-scheduler validate nightly.yaml --json', 'for a program: {"valid": …, "problems": […]}'],
  ],
  async run({ io, out, session }, { words }) {
    const reading = await readFiles(words, io);
    const { problems } = await planFiles(session(), reading);
    const isValid = problems.length === 0;
    if (out.isJson) {
      const [files, scenarios] = [reading.files.length, reading.scenarios.length];
      out.document({ valid: isValid, files, scenarios, problems: problems.map(problemJson) });
    } else if (isValid) {
      const count = countText(reading.scenarios.length, 'scenario');
      out.line(
        `${out.paint('green', 'valid')}  ${count} in ${countText(reading.files.length, 'file')}`,
      );
    } else {
      tellProblems(problems, io);
    }
    return isValid ? EXIT.fine : EXIT.usage;
  },
});
