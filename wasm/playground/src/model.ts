// What the page and its worker say to each other.
import type { Answer, Message, Place, Placed, Plan } from "set-prestop";

/** A file of the input. */
export interface File {
  name: string;
  text: string;
  /** Read for its routes, Services and classes only: never changed. */
  context?: boolean;
}

/** Text of a patch, or why there is none. */
export type Patch = { text: string; message?: never } | { text?: never; message: Message };

/** What a run gives. Places count in UTF-16 code units, as the editor does. */
export interface Shown {
  plan: Answer;
  outputs: string[];
  diff: string;
  kustomize: Patch;
  kubectl: Patch;
  /** The plan as text. */
  json: string;
}

/** What a run that failed gives. */
export interface Failed {
  failed: true;
  messages: Message[];
}

/** One change and what it races against, in seconds: `src/simulate.rs`. */
export interface Race {
  rate: number;
  replicas: number;
  lag: number;
  sleep: number;
  shutdown: number;
  grace: number;
}

/** What a race costs. */
export interface Lost {
  requests: number;
  bySecond: number[];
  goneAfter: number;
}

export type Request = { id: number } & ({ files: File[]; config?: string } | { races: Race[] });
export type Reply = { id: number } & ({ result: Shown | Failed | Lost[] } | { broken: string });

export type { Message, Place, Placed, Plan };
