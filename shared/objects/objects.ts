/** What is known of an object besides its bytes. */
export interface ObjectFacts {
  readonly sizeBytes: number;
  readonly contentType: string;
  /** Of the bytes, in hex. */
  readonly sha256: string;
}

export interface StoredObject extends ObjectFacts {
  readonly bytes: Uint8Array;
}

export interface NewObject {
  readonly key: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** An upload that somebody else makes: exactly these bytes, of this type, under this key. */
export interface Upload extends ObjectFacts {
  readonly key: string;
  /** 1 second to 7 days; how long is the context's policy. */
  readonly expiresInSeconds: number;
}

export interface Download {
  readonly key: string;
  /** What it is called where it is saved, in any script: never with a person's name or number in it. */
  readonly fileName: string;
  readonly contentType: string;
  /** As for an upload. */
  readonly expiresInSeconds: number;
}

/** Whoever has it may follow it, so it is short-lived, and nothing in it can be altered. */
export interface ObjectLink {
  /** Answers 403 to what was altered or has expired, 404 where there is no such object. */
  readonly url: string;
  /** Instant, UTC. */
  readonly until: string;
}

export interface UploadLink extends ObjectLink {
  /** To be sent with the PUT as they are; other ones, another length or other bytes are refused. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Documents and images: S3 on AWS, a folder on the laptop.
 *
 * Keys begin with the name of the context that owns them, `report/<institutionId>/<id>`, and carry no personal data:
 * they stand in links and in access logs. Every call may be repeated.
 */
export interface ObjectStore {
  /** Durable when it returns. An object of this key is replaced; on AWS its former versions stay. */
  put(object: NewObject): Promise<ObjectFacts>;
  /** Undefined: there is none. @throws ObjectStoreUnavailable, as all calls of the store */
  head(key: string): Promise<ObjectFacts | undefined>;
  get(key: string): Promise<StoredObject | undefined>;
  /** For a PUT by a client. Whether it came is for `head` to say. */
  uploadLink(upload: Upload): Promise<UploadLink>;
  /** For a GET by a client: an attachment under the given name. Does not ask whether the object is there. */
  downloadLink(download: Download): Promise<ObjectLink>;
}

/** What a context does with its own objects, below `<name>/`. Its rights on AWS are made of it. */
export interface ObjectUse {
  readonly read: boolean;
  readonly write: boolean;
}

/** The store did not answer, or not as agreed. Repeating is safe. Carries neither the key nor the link. */
export class ObjectStoreUnavailable extends Error {
  override readonly name = 'ObjectStoreUnavailable';
  readonly code = 'OBJECT_STORE_UNAVAILABLE';
  /** HTTP status or error code, e.g. `503`, `SlowDown`. */
  readonly reason: string;

  constructor(reason: string) {
    super('the object store did not answer');
    this.reason = reason;
  }
}

/** A key, a type or a time that no object or link may have. A bug of the caller. */
export class InvalidObjectCall extends Error {
  override readonly name = 'InvalidObjectCall';
  readonly code = 'OBJECT_INVALID_CALL';
}

/** Asked for in a context that declares no objects, or whose entry does not say `withObjects`. */
export class ObjectsOutOfReach extends Error {
  override readonly name = 'ObjectsOutOfReach';

  constructor() {
    super('this function does not reach the object store');
  }
}

const outOfReach = async (): Promise<never> => {
  throw new ObjectsOutOfReach();
};

/** What every container has that did not ask for more. @throws ObjectsOutOfReach, always */
export const noObjects: ObjectStore = {
  put: outOfReach,
  head: outOfReach,
  get: outOfReach,
  uploadLink: outOfReach,
  downloadLink: outOfReach,
};
