/** A value that JSON can hold. */
export type JSONValue = string | number | boolean | null | readonly JSONValue[] | JSONObject;

/** A JSON object; a key that is undefined is not written. */
export interface JSONObject {
  [key: string]: JSONValue | undefined;
}
