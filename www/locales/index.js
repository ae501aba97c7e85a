// The languages there are. Loaded only where a page speaks another than English.

// Filled in when the package is built: from a language's tag to its file.
const FILES = {};

// Older tags, and regions whose readers read another file than their language's.
const OTHERS = {
  in: 'id', iw: 'he', no: 'nb', nn: 'nb', tl: 'fil',
  'zh-tw': 'zh-hant', 'zh-hk': 'zh-hant', 'zh-mo': 'zh-hant',
};
// Whoever speaks Spanish anywhere else reads Latin America's.
const SPAIN = ['es', 'es-es', 'es-ea', 'es-ic', 'es-gq', 'es-ph'];

/** The tag of the file for a language: the tag's own, else that of a shorter one. None where there is no such language. */
export function fileFor(tag) {
  const known = Object.keys(FILES);
  for (let wanted = tag.toLowerCase(); wanted; wanted = wanted.slice(0, Math.max(wanted.lastIndexOf('-'), 0))) {
    let name = OTHERS[wanted] || wanted;
    if (wanted.startsWith('es-') && !SPAIN.includes(wanted)) name = 'es-419';
    const found = known.find((file) => file.toLowerCase() === name);
    if (found) return found;
  }
  return undefined;
}

/** The texts of a language: `{ language, direction, texts }`; none where there is no such language. */
export default async function texts(tag) {
  const file = fileFor(tag);
  return file && (await FILES[file]()).default;
}
