import { realFiles } from './files-adapter.ts';
import { generateProtocols } from './protocol-files.ts';

// `npm run generate`: from the project's folder, which is where npm runs scripts.
for (const { path, text } of generateProtocols('.', realFiles)) {
  realFiles.write(path, text);
  process.stdout.write(`${path}\n`);
}
