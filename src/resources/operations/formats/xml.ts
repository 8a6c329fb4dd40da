import XMLBuilder from 'fast-xml-builder';

// Not laid out: white space would become part of ids and labels.
const xml = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  format: false,
  suppressEmptyNode: true,
});

/** XML 1.0 in UTF-8 of a tree: members named `@…` are attributes, `#text` is text, lists are repeated elements. */
export function xmlText(tree: object): string {
  return xml.build({ '?xml': { '@version': '1.0', '@encoding': 'utf-8' }, ...tree });
}
