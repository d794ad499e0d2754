// Written by `pnpm contract` from docs/reference/openapi.json.

export interface paths {
    "/v1/admin/system": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Requests, times to answer, memory, event loop and index of this process */
        get: operations["systemHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/model": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The served model, how it was trained, how good it is, and earlier versions */
        get: operations["modelHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/data": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Items, users, events by day and type, and imports */
        get: operations["dataHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/outcomes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Clicks, purchases and value of impressions, by surface and position, with intervals */
        get: operations["outcomeHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/exposure": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the lists since the start consist of */
        get: operations["exposureHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/knowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Spaces and versions of knowledge, and how often it was found */
        get: operations["knowledgeHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/map": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The items in the plane, by their text vectors */
        get: operations["itemMap"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A user: history and answer */
        get: operations["exploreUser"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/items/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An item: neighbours by text and by behaviour */
        get: operations["exploreItem"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/admin/landing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Where an item would land that is not stored; nothing is written */
        post: operations["exploreLanding"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/recommend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Recommend items to a user or for a session */
        post: operations["recommend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Items for a query in words */
        post: operations["search"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/items/{id}/similar": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Items like this one */
        get: operations["similarItems"];
        put?: never;
        /** Items like this one that pass a filter */
        post: operations["similarItemsThatPass"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/items/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An item as it is stored */
        get: operations["getItem"];
        put?: never;
        post?: never;
        /** Delete an item with its events; no answer has it any more */
        delete: operations["deleteItem"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Store one item or a batch; retrievable when this answers */
        post: operations["upsertItems"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A user as it is stored */
        get: operations["getUser"];
        put?: never;
        post?: never;
        /** Erase a user with all that is stored of them */
        delete: operations["deleteUser"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Store the attributes of one user or a batch; on disk when this answers */
        post: operations["upsertUsers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Append one event or a batch; on disk when this answers */
        post: operations["appendEvents"];
        /** Delete the events that fulfil all conditions */
        delete: operations["deleteEvents"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/scenarios": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest version of every scenario, by name */
        get: operations["listScenarios"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/scenarios/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A scenario */
        get: operations["getScenario"];
        /** Store a new version of a scenario; on disk when this answers */
        put: operations["putScenario"];
        post?: never;
        /** Delete a scenario with all its versions */
        delete: operations["deleteScenario"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/scenarios/{name}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All versions of a scenario that are kept, the newest first */
        get: operations["listScenarioVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/experiments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every experiment, by name */
        get: operations["listExperiments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/experiments/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** An experiment */
        get: operations["getExperiment"];
        /** Start an experiment; on disk when this answers */
        put: operations["putExperiment"];
        post?: never;
        /** Delete an experiment; if it runs, it ends */
        delete: operations["deleteExperiment"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/experiments/{name}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop an experiment; its results stay */
        post: operations["stopExperiment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/experiments/{name}/results": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Outcomes by arm up to now, and what to do */
        get: operations["experimentResults"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/outcomes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Outcomes of the newest lists by scenario, publication, surface and position */
        get: operations["outcomes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/items/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Delete a batch of items with their events */
        post: operations["deleteItems"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rank": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Order items for a user by the probability of an outcome */
        post: operations["rank"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/knowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Knowledge of pairs of user and item, for a ranker of your own */
        post: operations["knowledge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Does the process run? */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is the model loaded? */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Metrics for Prometheus */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The keys of this namespace, without their secrets */
        get: operations["listKeys"];
        put?: never;
        /** Create a key of this namespace; its secret is shown once */
        post: operations["createKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give a key another secret */
        post: operations["rotateKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke a key; it is refused within a second */
        delete: operations["revokeKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All jobs, with what they wait for and their last runs */
        get: operations["listJobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A job */
        get: operations["getJob"];
        /** Add a job, or replace it as a whole */
        put: operations["putJob"];
        post?: never;
        /** Remove a job; the history of its runs stays */
        delete: operations["deleteJob"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{name}/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Start a run now; it goes on when this answers */
        post: operations["runJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{name}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop the run of a job; answers when it has ended */
        post: operations["cancelJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{name}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The newest 100 runs of a job, newest first */
        get: operations["listRuns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{name}/runs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A run: progress, verdict and the end of its log */
        get: operations["getRun"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/publications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The publications on disk, newest first */
        get: operations["listPublications"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/publications/rollback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a former publication live, and hold the jobs */
        post: operations["rollBack"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/publications/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** After a rollback: let jobs run and publish again */
        post: operations["resumePublishing"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/bulk/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Upload events and impressions, one on each line */
        post: operations["bulkEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/bulk/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Upload items, one on each line */
        post: operations["bulkItems"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Every answer that is not a success. */
        Problem: {
            /** @description One URI for each code. */
            type: string;
            /** @description The kind of problem, the same for every occurrence. */
            title: string;
            status: number;
            /** @description What was wrong, for people. */
            detail: string;
            /** @description This occurrence: the id of the request in the log. */
            instance?: string;
            /** @description Stable, for programs. */
            code: string;
            /** @description What to do about it. */
            hint?: string;
            /** @description The same in the form that the service had before, with details. */
            error: {
                code: string;
                message: string;
                /** @description What to do about it. */
                hint?: string;
                /** @description Facts for programs. */
                details?: {
                    [key: string]: unknown;
                };
            };
        };
        /** @description All conditions must hold. A value tests for equality, a list for any of its values. If an item has a list, one matching element is enough. An item without the field passes only exists: false. */
        FilterInput: {
            id?: string | string[];
            title?: {
                /** @description All words of this text occur in the field, in any order and case. */
                match?: string;
                /** @description Whether the item has the field. */
                exists?: boolean;
            };
            brand?: string | string[] | {
                in?: string[];
                /** @description All words of this text occur in the field, in any order and case. */
                match?: string;
                /** @description Whether the item has the field. */
                exists?: boolean;
            };
            categories?: string | string[] | {
                in?: string[];
                /** @description All words of this text occur in the field, in any order and case. */
                match?: string;
                /** @description Whether the item has the field. */
                exists?: boolean;
            };
            description?: {
                /** @description All words of this text occur in the field, in any order and case. */
                match?: string;
                /** @description Whether the item has the field. */
                exists?: boolean;
            };
            price?: number | {
                gt?: number;
                gte?: number;
                lt?: number;
                lte?: number;
                /** @description The same as gte. */
                min?: number;
                /** @description The same as lte. */
                max?: number;
                /** @description Whether the item has the field. */
                exists?: boolean;
            };
            /** @description Conditions on Item.fields, by name. */
            fields?: {
                [key: string]: (string | number | boolean) | (string | number | boolean)[] | {
                    in?: (string | number | boolean)[];
                    /** @description A number or a date. */
                    gt?: number | string;
                    gte?: number | string;
                    lt?: number | string;
                    lte?: number | string;
                    /** @description The same as gte. */
                    min?: number;
                    /** @description The same as lte. */
                    max?: number;
                    /** @description All words of this text occur in the field, in any order and case. */
                    match?: string;
                    /** @description Whether the item has the field. */
                    exists?: boolean;
                };
            };
            /** @description All of these hold. */
            and?: components["schemas"]["FilterInput"][];
            /** @description At least one of these holds. */
            or?: components["schemas"]["FilterInput"][];
            /** @description This does not hold. */
            not?: components["schemas"]["FilterInput"];
        };
        /** @description All conditions must hold. A value tests for equality, a list for any of its values. If an item has a list, one matching element is enough. An item without the field passes only exists: false. */
        Filter: {
            id?: string | string[];
            title?: {
                /** @description All words of this text occur in the field, in any order and case. */
                match?: string;
                /** @description Whether the item has the field. */
                exists?: boolean;
            };
            brand?: string | string[] | {
                in?: string[];
                /** @description All words of this text occur in the field, in any order and case. */
                match?: string;
                /** @description Whether the item has the field. */
                exists?: boolean;
            };
            categories?: string | string[] | {
                in?: string[];
                /** @description All words of this text occur in the field, in any order and case. */
                match?: string;
                /** @description Whether the item has the field. */
                exists?: boolean;
            };
            description?: {
                /** @description All words of this text occur in the field, in any order and case. */
                match?: string;
                /** @description Whether the item has the field. */
                exists?: boolean;
            };
            price?: number | {
                gt?: number;
                gte?: number;
                lt?: number;
                lte?: number;
                /** @description The same as gte. */
                min?: number;
                /** @description The same as lte. */
                max?: number;
                /** @description Whether the item has the field. */
                exists?: boolean;
            };
            /** @description Conditions on Item.fields, by name. */
            fields?: {
                [key: string]: (string | number | boolean) | (string | number | boolean)[] | {
                    in?: (string | number | boolean)[];
                    /** @description A number or a date. */
                    gt?: number | string;
                    gte?: number | string;
                    lt?: number | string;
                    lte?: number | string;
                    /** @description The same as gte. */
                    min?: number;
                    /** @description The same as lte. */
                    max?: number;
                    /** @description All words of this text occur in the field, in any order and case. */
                    match?: string;
                    /** @description Whether the item has the field. */
                    exists?: boolean;
                };
            };
            /** @description All of these hold. */
            and?: components["schemas"]["Filter"][];
            /** @description At least one of these holds. */
            or?: components["schemas"]["Filter"][];
            /** @description This does not hold. */
            not?: components["schemas"]["Filter"];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    systemHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Unix seconds: when it was counted. */
                        at: number;
                        /** @description Unix seconds: what is counted began then. */
                        since: number;
                        process: {
                            pid: number;
                            node: string;
                            /** @description Memory of the process. */
                            residentBytes: number;
                            /** @description Memory of JavaScript objects. */
                            heapBytes: number;
                            /** @description Memory of buffers outside the heap. */
                            externalBytes: number;
                        };
                        /** @description How late timers of the serving thread ran over the last minute. */
                        eventLoop: {
                            /** @description Median delay, in ms. */
                            p50: number;
                            /** @description 99 %, in ms. */
                            p99: number;
                            /** @description Longest, in ms. */
                            max: number;
                        };
                        /** @description Since the start, without what the page itself asks for. */
                        routes: {
                            route: string;
                            method: string;
                            requests: number;
                            /** @description Answers with status 400 to 499. */
                            refused: number;
                            /** @description Answers with status 500 and above. */
                            failed: number;
                            /** @description Median time to answer, in ms. */
                            p50: number;
                            /** @description 99 % of the answers took at most, in ms. */
                            p99: number;
                        }[];
                        /** @description The last hour, oldest first; the last interval is not over yet. */
                        history: {
                            /** @description Length of an interval. */
                            seconds: number;
                            /** @description Unix seconds: start of the first interval. */
                            from: number;
                            requests: number[];
                            failed: number[];
                            /** @description In ms; `null` in an interval without requests. */
                            p99: (number | null)[];
                            residentBytes: (number | null)[];
                            /** @description In ms. */
                            eventLoopP99: (number | null)[];
                        };
                        /** @description `null` without a publication. */
                        index: {
                            kind: string;
                            size: number;
                            ef: number;
                            recallAt10: number;
                            queries: number;
                            /** @description Unix seconds of the publication. */
                            measuredAt: number;
                        } | null;
                        pendingWrites: number | null;
                    };
                };
            };
        };
    };
    modelHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        publication: {
                            version: string;
                            createdAt: number;
                            items: number;
                            events: number;
                            encoder: string;
                            isLanguageModel: boolean;
                            template: string;
                        } | null;
                        /** @description The model in the publication; `null` if it was published without one. */
                        model: {
                            version: string;
                            preset: string;
                            trainedAt: number;
                            protocol: string;
                            /** @description On which held-out events it was trained once more. */
                            refit: string | null;
                            seed: number;
                            data: {
                                users: number;
                                items: number;
                                events: number;
                            };
                            seconds: {
                                [key: string]: number;
                            } | null;
                            curves: {
                                name: string;
                                unit: string;
                                points: {
                                    epoch: number;
                                    value: number;
                                }[];
                                /** @description The epoch that was kept. */
                                kept: number;
                            }[];
                            valid: {
                                /** @description Test cases: one of each user. */
                                users: number;
                                recallAt10: {
                                    value: number;
                                    /** @description 95 %, by Wilson for a share of users; `null` where the manifest does not determine one. */
                                    interval: number[] | null;
                                };
                                ndcgAt10: {
                                    value: number;
                                    /** @description 95 %, by Wilson for a share of users; `null` where the manifest does not determine one. */
                                    interval: number[] | null;
                                };
                                recallAt50: {
                                    value: number;
                                    /** @description 95 %, by Wilson for a share of users; `null` where the manifest does not determine one. */
                                    interval: number[] | null;
                                };
                                mrr: {
                                    value: number;
                                    /** @description 95 %, by Wilson for a share of users; `null` where the manifest does not determine one. */
                                    interval: number[] | null;
                                };
                            };
                            test: {
                                /** @description Test cases: one of each user. */
                                users: number;
                                recallAt10: {
                                    value: number;
                                    /** @description 95 %, by Wilson for a share of users; `null` where the manifest does not determine one. */
                                    interval: number[] | null;
                                };
                                ndcgAt10: {
                                    value: number;
                                    /** @description 95 %, by Wilson for a share of users; `null` where the manifest does not determine one. */
                                    interval: number[] | null;
                                };
                                recallAt50: {
                                    value: number;
                                    /** @description 95 %, by Wilson for a share of users; `null` where the manifest does not determine one. */
                                    interval: number[] | null;
                                };
                                mrr: {
                                    value: number;
                                    /** @description 95 %, by Wilson for a share of users; `null` where the manifest does not determine one. */
                                    interval: number[] | null;
                                };
                            };
                            baselines: {
                                [key: string]: {
                                    /** @description Test cases: one of each user. */
                                    users: number;
                                    recallAt10: {
                                        value: number;
                                        /** @description 95 %, by Wilson for a share of users; `null` where the manifest does not determine one. */
                                        interval: number[] | null;
                                    };
                                    ndcgAt10: {
                                        value: number;
                                        /** @description 95 %, by Wilson for a share of users; `null` where the manifest does not determine one. */
                                        interval: number[] | null;
                                    };
                                    recallAt50: {
                                        value: number;
                                        /** @description 95 %, by Wilson for a share of users; `null` where the manifest does not determine one. */
                                        interval: number[] | null;
                                    };
                                    mrr: {
                                        value: number;
                                        /** @description 95 %, by Wilson for a share of users; `null` where the manifest does not determine one. */
                                        interval: number[] | null;
                                    };
                                };
                            };
                            newItems: {
                                examples: number;
                                covered: number;
                                offset: number;
                                rareUsers: number;
                                bestEpoch: number;
                            } | null;
                            reranker: {
                                used: boolean;
                                towerWeight: number;
                            } | null;
                        } | null;
                        /** @description Newest first. */
                        versions: {
                            version: string;
                            /** @enum {string} */
                            state: "served" | "kept" | "unreadable";
                            preset: string | null;
                            trainedAt: number | null;
                            events: number | null;
                            testNdcgAt10: number | null;
                            testUsers: number | null;
                        }[];
                    };
                };
            };
        };
    };
    dataHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Unix seconds: when it was counted. */
                        at: number;
                        /** @description Now. */
                        counts: {
                            items: number;
                            users: number;
                            events: number;
                        };
                        imports: {
                            at: number;
                            /** @description Names without folders. */
                            files: string[];
                            items: number;
                            events: number;
                            skipped: number;
                        }[];
                        items: {
                            /** @enum {string} */
                            state: "counting";
                            done: number;
                            of: number;
                        } | {
                            /** @enum {string} */
                            state: "counted";
                            /** @description Unix seconds: when it was counted. */
                            at: number;
                            total: number;
                            withoutText: number;
                            /** @description Items with a text that the encoder of the publication has not read; `null` without a publication. */
                            withoutVector: number | null;
                            examplesWithoutText: string[];
                        };
                        events: {
                            /** @enum {string} */
                            state: "counting";
                            done: number;
                            of: number;
                        } | {
                            /** @enum {string} */
                            state: "counted";
                            /** @description Unix seconds: when it was counted. */
                            at: number;
                            total: number;
                            /** @description The most frequent first. */
                            types: {
                                type: string;
                                role: string;
                                events: number;
                                rated: number;
                            }[];
                            /** @description The source had no times: there are no days. */
                            ordinals: boolean;
                            /** @description Unix seconds of the newest event. */
                            last: number | null;
                            days: {
                                /** @description The first day, UTC. */
                                from: string | null;
                                byType: {
                                    type: string;
                                    counts: number[];
                                }[];
                                /** @description Events before the first day that is shown. */
                                leftOut: number;
                            };
                        };
                        /** @description Users and items of the newest events, to begin with in the explorer. */
                        examples: {
                            users: string[];
                            items: {
                                id: string;
                                /** @description `null` for an item without a title, or that is not stored any more. */
                                title: string | null;
                                category: string | null;
                            }[];
                        };
                    };
                };
            };
        };
    };
    outcomeHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        state: "counting";
                        done: number;
                        of: number;
                    } | {
                        /** @enum {string} */
                        state: "counted";
                        /** @description Unix seconds: when it was counted. */
                        at: number;
                        /** @description Unix seconds of the first impression that was counted. */
                        from: number | null;
                        /** @description Unix seconds of the last one. */
                        to: number | null;
                        /** @description Types of events that were counted. */
                        types: {
                            impressions: string[];
                            clicks: string[];
                            purchases: string[];
                        };
                        total: {
                            impressions: number;
                            /** @description Impressions with a click. */
                            clicks: number;
                            /** @description Impressions with a purchase. */
                            purchases: number;
                            /** @description Sum of the prices of the purchased items, as they are now. */
                            value: number;
                            /** @description Clicks per impression. */
                            ctr: {
                                /** @description `null` without impressions. */
                                value: number | null;
                                /** @description 95 %, over users; `null` if they are too few. */
                                interval: number[] | null;
                            };
                            /** @description Purchases per impression. */
                            cvr: {
                                /** @description `null` without impressions. */
                                value: number | null;
                                /** @description 95 %, over users; `null` if they are too few. */
                                interval: number[] | null;
                            };
                            /** @description Value per impression. */
                            valueRate: {
                                /** @description `null` without impressions. */
                                value: number | null;
                                /** @description 95 %, over users; `null` if they are too few. */
                                interval: number[] | null;
                            };
                        };
                        /** @description The most impressions first. */
                        surfaces: {
                            /** @description `null`: the impressions name none. */
                            surface: string | null;
                            total: {
                                impressions: number;
                                /** @description Impressions with a click. */
                                clicks: number;
                                /** @description Impressions with a purchase. */
                                purchases: number;
                                /** @description Sum of the prices of the purchased items, as they are now. */
                                value: number;
                                /** @description Clicks per impression. */
                                ctr: {
                                    /** @description `null` without impressions. */
                                    value: number | null;
                                    /** @description 95 %, over users; `null` if they are too few. */
                                    interval: number[] | null;
                                };
                                /** @description Purchases per impression. */
                                cvr: {
                                    /** @description `null` without impressions. */
                                    value: number | null;
                                    /** @description 95 %, over users; `null` if they are too few. */
                                    interval: number[] | null;
                                };
                                /** @description Value per impression. */
                                valueRate: {
                                    /** @description `null` without impressions. */
                                    value: number | null;
                                    /** @description 95 %, over users; `null` if they are too few. */
                                    interval: number[] | null;
                                };
                            };
                            positions: {
                                impressions: number;
                                /** @description Impressions with a click. */
                                clicks: number;
                                /** @description Impressions with a purchase. */
                                purchases: number;
                                /** @description Sum of the prices of the purchased items, as they are now. */
                                value: number;
                                /** @description Clicks per impression. */
                                ctr: {
                                    /** @description `null` without impressions. */
                                    value: number | null;
                                    /** @description 95 %, over users; `null` if they are too few. */
                                    interval: number[] | null;
                                };
                                /** @description Purchases per impression. */
                                cvr: {
                                    /** @description `null` without impressions. */
                                    value: number | null;
                                    /** @description 95 %, over users; `null` if they are too few. */
                                    interval: number[] | null;
                                };
                                /** @description Value per impression. */
                                valueRate: {
                                    /** @description `null` without impressions. */
                                    value: number | null;
                                    /** @description 95 %, over users; `null` if they are too few. */
                                    interval: number[] | null;
                                };
                                /** @description From 0; `null`: the impressions name none. */
                                position: number | null;
                                /** @description This position and all behind it. */
                                isLast: boolean;
                            }[];
                        }[];
                        /** @description 28 days in UTC. The last is that of the newest event. */
                        days: {
                            impressions: number;
                            clicks: number;
                            purchases: number;
                        }[];
                    };
                };
            };
        };
    };
    exposureHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Unix seconds: when it was counted. */
                        at: number;
                        /** @description Unix seconds: what is counted began then. */
                        since: number;
                        /** @description Lists that were answered, empty ones included. */
                        lists: number;
                        empty: number;
                        /** @description Items in these lists, each time they were shown. */
                        places: number;
                        distinctItems: number;
                        /** @description Further items are not counted one by one. */
                        isCapped: boolean;
                        /** @description Items that can be recommended now. */
                        catalogue: number | null;
                        /** @description Places of items that the model was not trained on. */
                        newPlaces: number;
                        /** @description Share of the places that the top 1 % of the catalogue has. */
                        topShare: number | null;
                        /** @description How many items that is. */
                        topItems: number;
                        sources: {
                            source: string;
                            lists: number;
                            isFallback: boolean;
                            meaning: string;
                        }[];
                        /** @description The last day, in intervals of five minutes that have lists. */
                        fallbacks: {
                            /** @description Unix seconds: the begin of five minutes. */
                            at: number;
                            lists: number;
                            /** @description Lists with this fallback. */
                            reasons: {
                                [key: string]: number;
                            };
                        }[];
                        /** @description Whether the scores of a version have changed since it was first served, the newest version first. */
                        drift: {
                            version: string;
                            source: string;
                            /** @description Unix seconds: what is counted began then. */
                            since: number;
                            /** @description Lists at the begin of the version, up to 500. */
                            first: number;
                            /** @description Last lists, up to 500. */
                            last: number;
                            /** @description Population stability index of the first score of a list; `null` with fewer lists than 500 each. */
                            psi: number | null;
                        }[];
                        /** @description The items that were shown most. */
                        most: {
                            id: string;
                            /** @description `null` for an item without a title, or that is not stored any more. */
                            title: string | null;
                            category: string | null;
                            places: number;
                        }[];
                    };
                };
            };
        };
    };
    knowledgeHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Unix seconds: when it was counted. */
                        at: number;
                        spaces: {
                            space: string;
                            /** @description Newest first. */
                            versions: {
                                version: string;
                                createdAt: number;
                                users: number;
                                items: number;
                                precision: string;
                                alignedTo: string | null;
                            }[];
                        }[];
                        pretrained: {
                            version: string;
                            createdAt: string;
                            impressions: number;
                        }[];
                        /** @description Of the answers since the start; `null` if no answer has used knowledge. */
                        served: {
                            ageSeconds: number;
                            residual: number;
                            userHitRate: number;
                            itemHitRate: number;
                            withoutKnowledge: number;
                        } | null;
                        /** @description Why it cannot be read. */
                        problem: string | null;
                    };
                };
            };
        };
    };
    itemMap: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        state: "ready";
                        encoder: string;
                        /** @description Unix seconds: when it was computed. */
                        at: number;
                        /** @description Items with a text vector. */
                        catalogue: number;
                        /** @description Share of the variance that the two axes have. */
                        explained: number;
                        /** @description Largest first; the last may stand for all others. */
                        categories: string[];
                        ids: string[];
                        titles: (string | null)[];
                        x: number[];
                        y: number[];
                        /** @description Index in `categories`. */
                        category: number[];
                    } | {
                        /** @enum {string} */
                        state: "waiting";
                        done: number;
                        of: number;
                    } | {
                        /** @enum {string} */
                        state: "none";
                        reason: string;
                    };
                };
            };
        };
    };
    exploreUser: {
        parameters: {
            query?: {
                /** @description Number of items. */
                k?: number;
            };
            header?: never;
            path: {
                /** @description The shop's own id, percent-encoded. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        user: string;
                        attributes: {
                            [key: string]: unknown;
                        };
                        /** @description The newest 30 positive events, newest first. */
                        history: {
                            id: string;
                            /** @description `null` for an item without a title, or that is not stored any more. */
                            title: string | null;
                            category: string | null;
                        }[];
                        answer: {
                            version: string;
                            source: string;
                            meaning: string;
                            items: {
                                id: string;
                                /** @description `null` for an item without a title, or that is not stored any more. */
                                title: string | null;
                                category: string | null;
                                score: number;
                                isNew: boolean;
                                /** @description The item of the history with the nearest text; `null` while the texts are not read. */
                                closest: {
                                    id: string;
                                    /** @description `null` for an item without a title, or that is not stored any more. */
                                    title: string | null;
                                    category: string | null;
                                    /** @description Cosine of the text vectors, with the mean of the catalogue taken off: −1 to 1. */
                                    similarity: number;
                                } | null;
                                /** @description `null` for lists of more than 100 items. */
                                why: {
                                    /** @description They add up to the score. */
                                    parts: {
                                        name: string;
                                        value: number;
                                    }[];
                                    /** @description The items of the history that gave the item its weight, the strongest first; up to 3. */
                                    history: {
                                        id: string;
                                        /** @description `null` for an item without a title, or that is not stored any more. */
                                        title: string | null;
                                        category: string | null;
                                        weight: number;
                                        /** @description Of the sum of all weights, 0 to 1. */
                                        share: number;
                                    }[];
                                    /** @description The items of the history with the most similar texts; up to 3. */
                                    content: {
                                        id: string;
                                        /** @description `null` for an item without a title, or that is not stored any more. */
                                        title: string | null;
                                        category: string | null;
                                        /** @description Cosine of the text vectors. */
                                        similarity: number;
                                    }[];
                                } | null;
                            }[];
                        };
                    };
                };
            };
        };
    };
    exploreItem: {
        parameters: {
            query?: {
                /** @description Number of items. */
                k?: number;
            };
            header?: never;
            path: {
                /** @description The shop's own id, percent-encoded. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        item: {
                            id: string;
                            /** @description `null` for an item without a title, or that is not stored any more. */
                            title: string | null;
                            category: string | null;
                            brand: string | null;
                            price: number | null;
                            text: string | null;
                        };
                        retrievable: boolean;
                        /** @description By text vectors, exact over `among` items. */
                        byContent: {
                            /** @enum {string} */
                            state: "ready";
                            encoder: string;
                            among: number;
                            items: {
                                id: string;
                                /** @description `null` for an item without a title, or that is not stored any more. */
                                title: string | null;
                                category: string | null;
                                /** @description Cosine of the text vectors, with the mean of the catalogue taken off: −1 to 1. */
                                similarity: number;
                            }[];
                        } | {
                            /** @enum {string} */
                            state: "waiting";
                            done: number;
                            of: number;
                        } | {
                            /** @enum {string} */
                            state: "none";
                            reason: string;
                        };
                        byBehaviour: {
                            source: string;
                            meaning: string;
                            items: {
                                id: string;
                                /** @description `null` for an item without a title, or that is not stored any more. */
                                title: string | null;
                                category: string | null;
                                score: number;
                            }[];
                        };
                    };
                };
            };
        };
    };
    exploreLanding: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description As in `POST /v1/items`; the id may be absent, because nothing is stored. */
                    item: {
                        /** @description The shop's own id. */
                        id?: string;
                        title?: string;
                        brand?: string;
                        /** @description From the broadest to the most specific. */
                        categories?: string[];
                        description?: string;
                        /** @description In the shop's currency. */
                        price?: number;
                        /** @description Further properties, for filters. */
                        fields?: {
                            [key: string]: string | number | boolean | string[];
                        };
                    };
                    /**
                     * @description Number of nearest items.
                     * @default 10
                     */
                    k?: number;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What the encoder read. */
                        text: string;
                        /** @description By text vectors, exact over `among` items. */
                        nearest: {
                            /** @enum {string} */
                            state: "ready";
                            encoder: string;
                            among: number;
                            items: {
                                id: string;
                                /** @description `null` for an item without a title, or that is not stored any more. */
                                title: string | null;
                                category: string | null;
                                /** @description Cosine of the text vectors, with the mean of the catalogue taken off: −1 to 1. */
                                similarity: number;
                            }[];
                        } | {
                            /** @enum {string} */
                            state: "waiting";
                            done: number;
                            of: number;
                        } | {
                            /** @enum {string} */
                            state: "none";
                            reason: string;
                        };
                        /** @description Coordinates on the map; `null` while there is no map. */
                        place: number[] | null;
                        users: {
                            /** @enum {string} */
                            state: "ready";
                            /** @description Users whose newest items were compared. */
                            among: number;
                            users: {
                                user: string;
                                similarity: number;
                                newest: {
                                    id: string;
                                    /** @description `null` for an item without a title, or that is not stored any more. */
                                    title: string | null;
                                    category: string | null;
                                }[];
                            }[];
                        } | {
                            /** @enum {string} */
                            state: "waiting";
                            done: number;
                            of: number;
                        };
                    };
                };
            };
        };
    };
    recommend: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Exactly one of user and history, and what to recommend. */
        requestBody: {
            content: {
                "application/json": {
                    /** @description A known user: the stored history is used. */
                    user?: string;
                    /** @description Item ids of an anonymous session, oldest first. Not together with user. */
                    history?: string[];
                    /**
                     * @description Number of items. Fewer are returned if fewer pass.
                     * @default 10
                     */
                    k?: number;
                    /**
                     * @description Ids of items that must not be listed.
                     * @default []
                     */
                    exclude?: string[];
                    filter?: components["schemas"]["FilterInput"];
                    /** @description Items that pass a filter move up or down among the best 200. */
                    boosts?: ({
                        filter: components["schemas"]["FilterInput"];
                        /** @description The distance of the score to that of the last candidate is multiplied with it. */
                        factor?: number;
                        /** @description Added, as a share of the distance from the last candidate to the first. */
                        bonus?: number;
                    } | unknown | unknown)[];
                    /** @description Maximal marginal relevance among the best 200. Default: off. */
                    diversity?: {
                        /** @description 1 orders by score alone, 0 by unlikeness alone. */
                        lambda: number;
                    };
                    /** @description Most items of the page with the same value of a field. */
                    caps?: {
                        /** @description brand, categories (the most specific counts), price, or fields.NAME. */
                        field: string;
                        atMost: number;
                    }[];
                    /**
                     * @description Return the items themselves, not only their ids.
                     * @default false
                     */
                    withItems?: boolean;
                    /**
                     * @description Say of each item what it has its score from. Needs k of at most 100.
                     * @default false
                     */
                    explain?: boolean;
                    /**
                     * @description Where the list comes from: 'model', or the same list for all users: most chosen, or newest, items first.
                     * @default model
                     * @enum {string}
                     */
                    candidates?: "model" | "popularity" | "newest";
                    /**
                     * @description Also recommend items of the history again.
                     * @default false
                     */
                    includeHistory?: boolean;
                    /**
                     * @description Let the ranker order the best candidates, up to 1,000. Fails if there is none.
                     * @default false
                     */
                    rank?: boolean;
                    /** @description Where the list is shown, for the ranker. */
                    surface?: string;
                    /** @description Items that no user had chosen when the model was trained. */
                    newItems?: {
                        /** @description Largest share of new items: of the first n items at most this share of n, rounded up, for every n. Default: half, and more only behind all others. */
                        atMost?: number;
                    };
                    /** @description A stored scenario. What the request itself says takes precedence. name@3 is version 3. */
                    scenario?: string;
                    /** @description The cursor of the last answer, with the same request: the items behind it. Default: the first page. */
                    cursor?: string;
                } & (unknown | unknown);
            };
        };
        responses: {
            /** @description Best first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The id of this answer: the x-request-id. Send it as request with impressions and outcomes of its items. */
                        request: string;
                        /** @description The published version that answered. */
                        version: string;
                        /**
                         * @description What ordered the items. 'ranker': the ranker of impressions, with rank: true. Items of the towers may follow behind 'reranker' and 'linear'. 'content': similarity of texts, where nothing is trained yet; popular and new items may follow. 'popularity': there is no usable history (none, or only unknown items); the newest items without events may follow. 'newest': there is no usable history, and no item that passes has events.
                         * @enum {string}
                         */
                        source: "ranker" | "reranker" | "linear" | "towers" | "content" | "popularity" | "newest";
                        items: {
                            id: string;
                            /** @description Comparable within one answer only. 'ranker': the probability of the outcome that orders the list. 'reranker': the score of the re-ranker. 'linear': the weight that the linear model gives the item. 'towers': the inner product of the vectors of the towers. 'content': the cosine between texts. 'popularity': the number of events. 'newest': 0. Items that fill the end of a list have the score of the item before them, at most 0. */
                            score: number;
                            /**
                             * @description A new item: no user had chosen it when the model was trained. Absent for others.
                             * @enum {boolean}
                             */
                            new?: true;
                            /** @description With rank: true, the probability of each outcome. */
                            probabilities?: {
                                [key: string]: number;
                            };
                            /** @description An item that can be recommended. Only the id is required. */
                            item?: {
                                /** @description The shop's own id. */
                                id: string;
                                title?: string;
                                brand?: string;
                                /** @description From the broadest to the most specific. */
                                categories?: string[];
                                description?: string;
                                /** @description In the shop's currency. */
                                price?: number;
                                /** @description Further properties, for filters. */
                                fields?: {
                                    [key: string]: string | number | boolean | string[];
                                };
                            };
                            /** @description With explain: true. */
                            explain?: {
                                /** @description The score of the source, before boosts and moves. */
                                score: number;
                                /** @description They add up to the score. */
                                parts: {
                                    /**
                                     * @description 'place': the item has the score of the one before it, because it fills the list or was placed there.
                                     * @enum {string}
                                     */
                                    name: "ranker" | "reranker" | "towers" | "newItems" | "linear" | "content" | "popularity" | "place";
                                    value: number;
                                }[];
                                /** @description The weight that the linear model gives the item, which made it a candidate. */
                                linear?: number;
                                /** @description What each item of the history adds to linear, or, with the source content, to the score. */
                                history: {
                                    item: string;
                                    weight: number;
                                }[];
                                /** @description The items of the history with the most similar texts, with the cosine. */
                                content: {
                                    item: string;
                                    similarity: number;
                                }[];
                                /** @description What boosts have added to the score. */
                                boost?: number;
                            };
                        }[];
                        /** @description For the next page: send it with the same request. Absent if the list ends here. */
                        cursor?: string;
                        /** @description The scenario that the request named, with the version that was used. */
                        scenario?: {
                            name: string;
                            version: number;
                        };
                        /** @description The running experiment of the scenario that the user takes part in, and the arm: the version used. */
                        experiment?: {
                            name: string;
                            arm: string;
                        };
                        /** @description Where the list is not what was asked for, and why. Absent if it is. */
                        fallbacks?: {
                            /**
                             * @description 'unknownUser', 'noHistory' (no event that counts), 'unknownItems' (of the given history): the list is the same for all such users. 'nothingKnown': the model knows nothing of the item. 'fewCandidates': the model proposes too few that pass; others fill the list. 'fewPass': there are no more that pass, so the list is short.
                             * @enum {string}
                             */
                            reason: "unknownUser" | "noHistory" | "unknownItems" | "nothingKnown" | "fewCandidates" | "fewPass";
                            /** @description How many items of the list it concerns; for fewPass, how many are missing. */
                            items: number;
                        }[];
                        /** @description Ids of the given history that are not in the catalogue; ignored. */
                        unknownItems: string[];
                        /** @description Names in filter.fields, also of inner filters, that no item has. Absent if there are none. */
                        unknownFields?: string[];
                        /** @description With rank: true, what ordered the items, and with which versions. */
                        ranked?: {
                            /** @description The version of the ranker. */
                            ranker: string;
                            /** @description null: the ranker was asked without knowledge. */
                            knowledge: {
                                space: string;
                                /** @description The version that was read. */
                                version: string;
                                /** @description Seconds since it was published. */
                                ageSeconds: number;
                                /** @description How far it is from the version that was wanted; 0 for that version itself. */
                                residual: number;
                                /** @description Share of the items with an entry of their own; 0 if there are no items. */
                                itemsPresent: number;
                                /** @description Whether the user has an entry. */
                                userPresent: boolean;
                            } | null;
                            /** @description Why there is no knowledge, if the ranker was trained with it. */
                            reason?: string;
                            /** @description Unix seconds: the time at which behaviours were read. */
                            timestamp: number;
                            /** @description The outcome that orders the items. */
                            by: string;
                            knownUser: boolean;
                            /** @description Behaviours of the user that were read. */
                            behaviours: number;
                            /** @description The trained model whose candidates were ordered. */
                            model: string | null;
                        };
                    };
                };
            };
        };
    };
    search: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description What is searched for. */
        requestBody: {
            content: {
                "application/json": {
                    /** @description What a person types into the search field. */
                    query: string;
                    /** @description A known user, whose taste moves items a little. Default: nobody. */
                    user?: string;
                    /** @description Item ids of an anonymous session, oldest first. Not together with user. */
                    history?: string[];
                    /**
                     * @description Number of items. Fewer are returned if fewer pass.
                     * @default 10
                     */
                    k?: number;
                    /**
                     * @description Ids of items that must not be listed.
                     * @default []
                     */
                    exclude?: string[];
                    filter?: components["schemas"]["FilterInput"];
                    /** @description Items that pass a filter move up or down among the best 200. */
                    boosts?: ({
                        filter: components["schemas"]["FilterInput"];
                        /** @description The distance of the score to that of the last candidate is multiplied with it. */
                        factor?: number;
                        /** @description Added, as a share of the distance from the last candidate to the first. */
                        bonus?: number;
                    } | unknown | unknown)[];
                    /** @description Maximal marginal relevance among the best 200. Default: off. */
                    diversity?: {
                        /** @description 1 orders by score alone, 0 by unlikeness alone. */
                        lambda: number;
                    };
                    /** @description Most items of the page with the same value of a field. */
                    caps?: {
                        /** @description brand, categories (the most specific counts), price, or fields.NAME. */
                        field: string;
                        atMost: number;
                    }[];
                    /**
                     * @description Return the items themselves, not only their ids.
                     * @default false
                     */
                    withItems?: boolean;
                    /** @description A stored scenario. What the request itself says takes precedence. name@3 is version 3. */
                    scenario?: string;
                    /** @description The cursor of the last answer, with the same request: the items behind it. Default: the first page. */
                    cursor?: string;
                };
            };
        };
        responses: {
            /** @description Best first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The id of this answer: the x-request-id. Send it as request with impressions and outcomes of its items. */
                        request: string;
                        /** @description The published version that answered. */
                        version: string;
                        /**
                         * @description What ordered the items. 'ranker': the ranker of impressions, with rank: true. Items of the towers may follow behind 'reranker' and 'linear'. 'content': similarity of texts, where nothing is trained yet; popular and new items may follow. 'popularity': there is no usable history (none, or only unknown items); the newest items without events may follow. 'newest': there is no usable history, and no item that passes has events.
                         * @enum {string}
                         */
                        source: "ranker" | "reranker" | "linear" | "towers" | "content" | "popularity" | "newest";
                        items: {
                            id: string;
                            /** @description Comparable within one answer only. 'ranker': the probability of the outcome that orders the list. 'reranker': the score of the re-ranker. 'linear': the weight that the linear model gives the item. 'towers': the inner product of the vectors of the towers. 'content': the cosine between texts. 'popularity': the number of events. 'newest': 0. Items that fill the end of a list have the score of the item before them, at most 0. */
                            score: number;
                            /**
                             * @description A new item: no user had chosen it when the model was trained. Absent for others.
                             * @enum {boolean}
                             */
                            new?: true;
                            /** @description With rank: true, the probability of each outcome. */
                            probabilities?: {
                                [key: string]: number;
                            };
                            /** @description An item that can be recommended. Only the id is required. */
                            item?: {
                                /** @description The shop's own id. */
                                id: string;
                                title?: string;
                                brand?: string;
                                /** @description From the broadest to the most specific. */
                                categories?: string[];
                                description?: string;
                                /** @description In the shop's currency. */
                                price?: number;
                                /** @description Further properties, for filters. */
                                fields?: {
                                    [key: string]: string | number | boolean | string[];
                                };
                            };
                            /** @description With explain: true. */
                            explain?: {
                                /** @description The score of the source, before boosts and moves. */
                                score: number;
                                /** @description They add up to the score. */
                                parts: {
                                    /**
                                     * @description 'place': the item has the score of the one before it, because it fills the list or was placed there.
                                     * @enum {string}
                                     */
                                    name: "ranker" | "reranker" | "towers" | "newItems" | "linear" | "content" | "popularity" | "place";
                                    value: number;
                                }[];
                                /** @description The weight that the linear model gives the item, which made it a candidate. */
                                linear?: number;
                                /** @description What each item of the history adds to linear, or, with the source content, to the score. */
                                history: {
                                    item: string;
                                    weight: number;
                                }[];
                                /** @description The items of the history with the most similar texts, with the cosine. */
                                content: {
                                    item: string;
                                    similarity: number;
                                }[];
                                /** @description What boosts have added to the score. */
                                boost?: number;
                            };
                        }[];
                        /** @description For the next page: send it with the same request. Absent if the list ends here. */
                        cursor?: string;
                        /** @description The scenario that the request named, with the version that was used. */
                        scenario?: {
                            name: string;
                            version: number;
                        };
                        /** @description The running experiment of the scenario that the user takes part in, and the arm: the version used. */
                        experiment?: {
                            name: string;
                            arm: string;
                        };
                        /** @description Where the list is not what was asked for, and why. Absent if it is. */
                        fallbacks?: {
                            /**
                             * @description 'unknownUser', 'noHistory' (no event that counts), 'unknownItems' (of the given history): the list is the same for all such users. 'nothingKnown': the model knows nothing of the item. 'fewCandidates': the model proposes too few that pass; others fill the list. 'fewPass': there are no more that pass, so the list is short.
                             * @enum {string}
                             */
                            reason: "unknownUser" | "noHistory" | "unknownItems" | "nothingKnown" | "fewCandidates" | "fewPass";
                            /** @description How many items of the list it concerns; for fewPass, how many are missing. */
                            items: number;
                        }[];
                        /** @description Ids of the given history that are not in the catalogue; ignored. */
                        unknownItems: string[];
                        /** @description Names in filter.fields, also of inner filters, that no item has. Absent if there are none. */
                        unknownFields?: string[];
                        /** @description With rank: true, what ordered the items, and with which versions. */
                        ranked?: {
                            /** @description The version of the ranker. */
                            ranker: string;
                            /** @description null: the ranker was asked without knowledge. */
                            knowledge: {
                                space: string;
                                /** @description The version that was read. */
                                version: string;
                                /** @description Seconds since it was published. */
                                ageSeconds: number;
                                /** @description How far it is from the version that was wanted; 0 for that version itself. */
                                residual: number;
                                /** @description Share of the items with an entry of their own; 0 if there are no items. */
                                itemsPresent: number;
                                /** @description Whether the user has an entry. */
                                userPresent: boolean;
                            } | null;
                            /** @description Why there is no knowledge, if the ranker was trained with it. */
                            reason?: string;
                            /** @description Unix seconds: the time at which behaviours were read. */
                            timestamp: number;
                            /** @description The outcome that orders the items. */
                            by: string;
                            knownUser: boolean;
                            /** @description Behaviours of the user that were read. */
                            behaviours: number;
                            /** @description The trained model whose candidates were ordered. */
                            model: string | null;
                        };
                    };
                };
            };
        };
    };
    similarItems: {
        parameters: {
            query?: {
                /** @description Number of items. */
                k?: number;
                /** @description Return the items themselves, not only their ids. */
                withItems?: "true" | "false";
            };
            header?: never;
            path: {
                /** @description The shop's own id, percent-encoded. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Best first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The id of this answer: the x-request-id. Send it as request with impressions and outcomes of its items. */
                        request: string;
                        /** @description The published version that answered. */
                        version: string;
                        /**
                         * @description What ordered the items. 'ranker': the ranker of impressions, with rank: true. Items of the towers may follow behind 'reranker' and 'linear'. 'content': similarity of texts, where nothing is trained yet; popular and new items may follow. 'popularity': there is no usable history (none, or only unknown items); the newest items without events may follow. 'newest': there is no usable history, and no item that passes has events.
                         * @enum {string}
                         */
                        source: "ranker" | "reranker" | "linear" | "towers" | "content" | "popularity" | "newest";
                        items: {
                            id: string;
                            /** @description Comparable within one answer only. 'ranker': the probability of the outcome that orders the list. 'reranker': the score of the re-ranker. 'linear': the weight that the linear model gives the item. 'towers': the inner product of the vectors of the towers. 'content': the cosine between texts. 'popularity': the number of events. 'newest': 0. Items that fill the end of a list have the score of the item before them, at most 0. */
                            score: number;
                            /**
                             * @description A new item: no user had chosen it when the model was trained. Absent for others.
                             * @enum {boolean}
                             */
                            new?: true;
                            /** @description With rank: true, the probability of each outcome. */
                            probabilities?: {
                                [key: string]: number;
                            };
                            /** @description An item that can be recommended. Only the id is required. */
                            item?: {
                                /** @description The shop's own id. */
                                id: string;
                                title?: string;
                                brand?: string;
                                /** @description From the broadest to the most specific. */
                                categories?: string[];
                                description?: string;
                                /** @description In the shop's currency. */
                                price?: number;
                                /** @description Further properties, for filters. */
                                fields?: {
                                    [key: string]: string | number | boolean | string[];
                                };
                            };
                            /** @description With explain: true. */
                            explain?: {
                                /** @description The score of the source, before boosts and moves. */
                                score: number;
                                /** @description They add up to the score. */
                                parts: {
                                    /**
                                     * @description 'place': the item has the score of the one before it, because it fills the list or was placed there.
                                     * @enum {string}
                                     */
                                    name: "ranker" | "reranker" | "towers" | "newItems" | "linear" | "content" | "popularity" | "place";
                                    value: number;
                                }[];
                                /** @description The weight that the linear model gives the item, which made it a candidate. */
                                linear?: number;
                                /** @description What each item of the history adds to linear, or, with the source content, to the score. */
                                history: {
                                    item: string;
                                    weight: number;
                                }[];
                                /** @description The items of the history with the most similar texts, with the cosine. */
                                content: {
                                    item: string;
                                    similarity: number;
                                }[];
                                /** @description What boosts have added to the score. */
                                boost?: number;
                            };
                        }[];
                        /** @description For the next page: send it with the same request. Absent if the list ends here. */
                        cursor?: string;
                        /** @description The scenario that the request named, with the version that was used. */
                        scenario?: {
                            name: string;
                            version: number;
                        };
                        /** @description The running experiment of the scenario that the user takes part in, and the arm: the version used. */
                        experiment?: {
                            name: string;
                            arm: string;
                        };
                        /** @description Where the list is not what was asked for, and why. Absent if it is. */
                        fallbacks?: {
                            /**
                             * @description 'unknownUser', 'noHistory' (no event that counts), 'unknownItems' (of the given history): the list is the same for all such users. 'nothingKnown': the model knows nothing of the item. 'fewCandidates': the model proposes too few that pass; others fill the list. 'fewPass': there are no more that pass, so the list is short.
                             * @enum {string}
                             */
                            reason: "unknownUser" | "noHistory" | "unknownItems" | "nothingKnown" | "fewCandidates" | "fewPass";
                            /** @description How many items of the list it concerns; for fewPass, how many are missing. */
                            items: number;
                        }[];
                        /** @description Ids of the given history that are not in the catalogue; ignored. */
                        unknownItems: string[];
                        /** @description Names in filter.fields, also of inner filters, that no item has. Absent if there are none. */
                        unknownFields?: string[];
                        /** @description With rank: true, what ordered the items, and with which versions. */
                        ranked?: {
                            /** @description The version of the ranker. */
                            ranker: string;
                            /** @description null: the ranker was asked without knowledge. */
                            knowledge: {
                                space: string;
                                /** @description The version that was read. */
                                version: string;
                                /** @description Seconds since it was published. */
                                ageSeconds: number;
                                /** @description How far it is from the version that was wanted; 0 for that version itself. */
                                residual: number;
                                /** @description Share of the items with an entry of their own; 0 if there are no items. */
                                itemsPresent: number;
                                /** @description Whether the user has an entry. */
                                userPresent: boolean;
                            } | null;
                            /** @description Why there is no knowledge, if the ranker was trained with it. */
                            reason?: string;
                            /** @description Unix seconds: the time at which behaviours were read. */
                            timestamp: number;
                            /** @description The outcome that orders the items. */
                            by: string;
                            knownUser: boolean;
                            /** @description Behaviours of the user that were read. */
                            behaviours: number;
                            /** @description The trained model whose candidates were ordered. */
                            model: string | null;
                        };
                    };
                };
            };
        };
    };
    similarItemsThatPass: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The shop's own id, percent-encoded. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Number of items. Fewer are returned if fewer pass.
                     * @default 10
                     */
                    k?: number;
                    /**
                     * @description Ids of items that must not be listed.
                     * @default []
                     */
                    exclude?: string[];
                    filter?: components["schemas"]["FilterInput"];
                    /** @description Items that pass a filter move up or down among the best 200. */
                    boosts?: ({
                        filter: components["schemas"]["FilterInput"];
                        /** @description The distance of the score to that of the last candidate is multiplied with it. */
                        factor?: number;
                        /** @description Added, as a share of the distance from the last candidate to the first. */
                        bonus?: number;
                    } | unknown | unknown)[];
                    /** @description Maximal marginal relevance among the best 200. Default: off. */
                    diversity?: {
                        /** @description 1 orders by score alone, 0 by unlikeness alone. */
                        lambda: number;
                    };
                    /** @description Most items of the page with the same value of a field. */
                    caps?: {
                        /** @description brand, categories (the most specific counts), price, or fields.NAME. */
                        field: string;
                        atMost: number;
                    }[];
                    /**
                     * @description Return the items themselves, not only their ids.
                     * @default false
                     */
                    withItems?: boolean;
                    /**
                     * @description Say of each item what it has its score from. Needs k of at most 100.
                     * @default false
                     */
                    explain?: boolean;
                    /**
                     * @description 'behaviour': what users choose together. 'content': similarity of texts. 'both': behaviour, and behind it the vectors that have learned from both.
                     * @default both
                     * @enum {string}
                     */
                    by?: "both" | "behaviour" | "content";
                    /** @description A stored scenario. What the request itself says takes precedence. name@3 is version 3. */
                    scenario?: string;
                    /** @description The cursor of the last answer, with the same request: the items behind it. Default: the first page. */
                    cursor?: string;
                };
            };
        };
        responses: {
            /** @description Best first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The id of this answer: the x-request-id. Send it as request with impressions and outcomes of its items. */
                        request: string;
                        /** @description The published version that answered. */
                        version: string;
                        /**
                         * @description What ordered the items. 'ranker': the ranker of impressions, with rank: true. Items of the towers may follow behind 'reranker' and 'linear'. 'content': similarity of texts, where nothing is trained yet; popular and new items may follow. 'popularity': there is no usable history (none, or only unknown items); the newest items without events may follow. 'newest': there is no usable history, and no item that passes has events.
                         * @enum {string}
                         */
                        source: "ranker" | "reranker" | "linear" | "towers" | "content" | "popularity" | "newest";
                        items: {
                            id: string;
                            /** @description Comparable within one answer only. 'ranker': the probability of the outcome that orders the list. 'reranker': the score of the re-ranker. 'linear': the weight that the linear model gives the item. 'towers': the inner product of the vectors of the towers. 'content': the cosine between texts. 'popularity': the number of events. 'newest': 0. Items that fill the end of a list have the score of the item before them, at most 0. */
                            score: number;
                            /**
                             * @description A new item: no user had chosen it when the model was trained. Absent for others.
                             * @enum {boolean}
                             */
                            new?: true;
                            /** @description With rank: true, the probability of each outcome. */
                            probabilities?: {
                                [key: string]: number;
                            };
                            /** @description An item that can be recommended. Only the id is required. */
                            item?: {
                                /** @description The shop's own id. */
                                id: string;
                                title?: string;
                                brand?: string;
                                /** @description From the broadest to the most specific. */
                                categories?: string[];
                                description?: string;
                                /** @description In the shop's currency. */
                                price?: number;
                                /** @description Further properties, for filters. */
                                fields?: {
                                    [key: string]: string | number | boolean | string[];
                                };
                            };
                            /** @description With explain: true. */
                            explain?: {
                                /** @description The score of the source, before boosts and moves. */
                                score: number;
                                /** @description They add up to the score. */
                                parts: {
                                    /**
                                     * @description 'place': the item has the score of the one before it, because it fills the list or was placed there.
                                     * @enum {string}
                                     */
                                    name: "ranker" | "reranker" | "towers" | "newItems" | "linear" | "content" | "popularity" | "place";
                                    value: number;
                                }[];
                                /** @description The weight that the linear model gives the item, which made it a candidate. */
                                linear?: number;
                                /** @description What each item of the history adds to linear, or, with the source content, to the score. */
                                history: {
                                    item: string;
                                    weight: number;
                                }[];
                                /** @description The items of the history with the most similar texts, with the cosine. */
                                content: {
                                    item: string;
                                    similarity: number;
                                }[];
                                /** @description What boosts have added to the score. */
                                boost?: number;
                            };
                        }[];
                        /** @description For the next page: send it with the same request. Absent if the list ends here. */
                        cursor?: string;
                        /** @description The scenario that the request named, with the version that was used. */
                        scenario?: {
                            name: string;
                            version: number;
                        };
                        /** @description The running experiment of the scenario that the user takes part in, and the arm: the version used. */
                        experiment?: {
                            name: string;
                            arm: string;
                        };
                        /** @description Where the list is not what was asked for, and why. Absent if it is. */
                        fallbacks?: {
                            /**
                             * @description 'unknownUser', 'noHistory' (no event that counts), 'unknownItems' (of the given history): the list is the same for all such users. 'nothingKnown': the model knows nothing of the item. 'fewCandidates': the model proposes too few that pass; others fill the list. 'fewPass': there are no more that pass, so the list is short.
                             * @enum {string}
                             */
                            reason: "unknownUser" | "noHistory" | "unknownItems" | "nothingKnown" | "fewCandidates" | "fewPass";
                            /** @description How many items of the list it concerns; for fewPass, how many are missing. */
                            items: number;
                        }[];
                        /** @description Ids of the given history that are not in the catalogue; ignored. */
                        unknownItems: string[];
                        /** @description Names in filter.fields, also of inner filters, that no item has. Absent if there are none. */
                        unknownFields?: string[];
                        /** @description With rank: true, what ordered the items, and with which versions. */
                        ranked?: {
                            /** @description The version of the ranker. */
                            ranker: string;
                            /** @description null: the ranker was asked without knowledge. */
                            knowledge: {
                                space: string;
                                /** @description The version that was read. */
                                version: string;
                                /** @description Seconds since it was published. */
                                ageSeconds: number;
                                /** @description How far it is from the version that was wanted; 0 for that version itself. */
                                residual: number;
                                /** @description Share of the items with an entry of their own; 0 if there are no items. */
                                itemsPresent: number;
                                /** @description Whether the user has an entry. */
                                userPresent: boolean;
                            } | null;
                            /** @description Why there is no knowledge, if the ranker was trained with it. */
                            reason?: string;
                            /** @description Unix seconds: the time at which behaviours were read. */
                            timestamp: number;
                            /** @description The outcome that orders the items. */
                            by: string;
                            knownUser: boolean;
                            /** @description Behaviours of the user that were read. */
                            behaviours: number;
                            /** @description The trained model whose candidates were ordered. */
                            model: string | null;
                        };
                    };
                };
            };
        };
    };
    getItem: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The shop's own id, percent-encoded. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description An item that can be recommended. Only the id is required. */
                        item: {
                            /** @description The shop's own id. */
                            id: string;
                            title?: string;
                            brand?: string;
                            /** @description From the broadest to the most specific. */
                            categories?: string[];
                            description?: string;
                            /** @description In the shop's currency. */
                            price?: number;
                            /** @description Further properties, for filters. */
                            fields?: {
                                [key: string]: string | number | boolean | string[];
                            };
                        };
                        /** @description False for an item without text that the model was not trained on. */
                        retrievable: boolean;
                    };
                };
            };
        };
    };
    deleteItem: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The shop's own id, percent-encoded. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is gone from the disk now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Items removed. */
                        items: number;
                        /** @description Users removed: erased, or without any other event. */
                        users: number;
                        /** @description Events removed. */
                        events: number;
                        /** @description Ids of the request that are not stored. */
                        unknown: number;
                        /** @description Items and users removed that an import, which runs at the moment, brings again at its end. */
                        returning: number;
                    };
                };
            };
        };
    };
    upsertItems: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The shop's own id. */
                    id: string;
                    title?: string;
                    brand?: string;
                    /** @description From the broadest to the most specific. */
                    categories?: string[];
                    description?: string;
                    /** @description In the shop's currency. */
                    price?: number;
                    /** @description Further properties, for filters. */
                    fields?: {
                        [key: string]: string | number | boolean | string[];
                    };
                } | {
                    /** @description The shop's own id. */
                    id: string;
                    title?: string;
                    brand?: string;
                    /** @description From the broadest to the most specific. */
                    categories?: string[];
                    description?: string;
                    /** @description In the shop's currency. */
                    price?: number;
                    /** @description Further properties, for filters. */
                    fields?: {
                        [key: string]: string | number | boolean | string[];
                    };
                }[];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Items that are stored and, if they have a text, retrievable now. */
                        upserted: number;
                        /** @description How many of them have a new or changed text. */
                        encoded: number;
                        version: string;
                    };
                };
            };
        };
    };
    getUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The shop's own id, percent-encoded. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description A user. Only the id is required. */
                        user: {
                            /** @description The shop's own id. */
                            id: string;
                            /** @description What the shop knows of the user apart from events: a country, a plan, … */
                            attributes?: {
                                [key: string]: string | number | boolean | string[];
                            };
                        };
                    };
                };
            };
        };
    };
    deleteUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The shop's own id, percent-encoded. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is gone from the disk now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Items removed. */
                        items: number;
                        /** @description Users removed: erased, or without any other event. */
                        users: number;
                        /** @description Events removed. */
                        events: number;
                        /** @description Ids of the request that are not stored. */
                        unknown: number;
                        /** @description Items and users removed that an import, which runs at the moment, brings again at its end. */
                        returning: number;
                    };
                };
            };
        };
    };
    upsertUsers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The shop's own id. */
                    id: string;
                    /** @description What the shop knows of the user apart from events: a country, a plan, … */
                    attributes?: {
                        [key: string]: string | number | boolean | string[];
                    };
                } | {
                    /** @description The shop's own id. */
                    id: string;
                    /** @description What the shop knows of the user apart from events: a country, a plan, … */
                    attributes?: {
                        [key: string]: string | number | boolean | string[];
                    };
                }[];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Users that are on disk now. */
                        upserted: number;
                    };
                };
            };
        };
    };
    appendEvents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Events with the same id are one event: the first that arrives counts. */
                    id?: string;
                    user: string;
                    /** @description Must be in the catalogue. */
                    item: string;
                    /**
                     * @description 'view', 'click', 'cart', 'purchase', … An 'impression' is stored but is not part of a history.
                     * @default interaction
                     */
                    type?: string;
                    /** @description A Unix time in seconds, milliseconds, microseconds or nanoseconds, or a text such as 2026-03-01T12:00:00Z, between 1990 and tomorrow. Default: the time of arrival. */
                    timestamp?: number | string;
                    rating?: number;
                    /** @description Where: 'home', 'search', … */
                    surface?: string;
                    session?: string;
                    /** @description Id of the list that was shown. It links an impression with its click. */
                    request?: string;
                    /** @description Position in the list that was shown, from 0. */
                    position?: number;
                } | {
                    /** @description Events with the same id are one event: the first that arrives counts. */
                    id?: string;
                    user: string;
                    /** @description Must be in the catalogue. */
                    item: string;
                    /**
                     * @description 'view', 'click', 'cart', 'purchase', … An 'impression' is stored but is not part of a history.
                     * @default interaction
                     */
                    type?: string;
                    /** @description A Unix time in seconds, milliseconds, microseconds or nanoseconds, or a text such as 2026-03-01T12:00:00Z, between 1990 and tomorrow. Default: the time of arrival. */
                    timestamp?: number | string;
                    rating?: number;
                    /** @description Where: 'home', 'search', … */
                    surface?: string;
                    session?: string;
                    /** @description Id of the list that was shown. It links an impression with its click. */
                    request?: string;
                    /** @description Position in the list that was shown, from 0. */
                    position?: number;
                }[];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Events that are on disk now and were not there before. */
                        appended: number;
                    };
                };
            };
        };
    };
    deleteEvents: {
        parameters: {
            query?: {
                /** @description Ids of events. May be repeated. */
                id?: string[];
                user?: string;
                item?: string;
                /** @description Event types. May be repeated. */
                type?: string[];
                /** @description Unix seconds: events with a timestamp below. */
                before?: number;
                /** @description Unix seconds: events with a timestamp of at least this. */
                after?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What is gone from the disk now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Items removed. */
                        items: number;
                        /** @description Users removed: erased, or without any other event. */
                        users: number;
                        /** @description Events removed. */
                        events: number;
                        /** @description Ids of the request that are not stored. */
                        unknown: number;
                        /** @description Items and users removed that an import, which runs at the moment, brings again at its end. */
                        returning: number;
                    };
                };
            };
        };
    };
    listScenarios: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        scenarios: {
                            name: string;
                            /** @description Counts from 1. */
                            version: number;
                            /** @description When this version was stored, in Unix seconds. */
                            at: number;
                            /** @description What requests for lists say if they do not say otherwise. */
                            settings: {
                                /**
                                 * @description Number of items. Fewer are returned if fewer pass.
                                 * @default 10
                                 */
                                k?: number;
                                /**
                                 * @description Ids of items that must not be listed.
                                 * @default []
                                 */
                                exclude?: string[];
                                filter?: components["schemas"]["Filter"];
                                /** @description Items that pass a filter move up or down among the best 200. */
                                boosts?: ({
                                    filter: components["schemas"]["Filter"];
                                    /** @description The distance of the score to that of the last candidate is multiplied with it. */
                                    factor?: number;
                                    /** @description Added, as a share of the distance from the last candidate to the first. */
                                    bonus?: number;
                                } | unknown | unknown)[];
                                /** @description Maximal marginal relevance among the best 200. Default: off. */
                                diversity?: {
                                    /** @description 1 orders by score alone, 0 by unlikeness alone. */
                                    lambda: number;
                                };
                                /** @description Most items of the page with the same value of a field. */
                                caps?: {
                                    /** @description brand, categories (the most specific counts), price, or fields.NAME. */
                                    field: string;
                                    atMost: number;
                                }[];
                                /**
                                 * @description Return the items themselves, not only their ids.
                                 * @default false
                                 */
                                withItems?: boolean;
                                /**
                                 * @description Say of each item what it has its score from. Needs k of at most 100.
                                 * @default false
                                 */
                                explain?: boolean;
                                /**
                                 * @description Where the list comes from: 'model', or the same list for all users: most chosen, or newest, items first.
                                 * @default model
                                 * @enum {string}
                                 */
                                candidates?: "model" | "popularity" | "newest";
                                /**
                                 * @description Also recommend items of the history again.
                                 * @default false
                                 */
                                includeHistory?: boolean;
                                /**
                                 * @description Let the ranker order the best candidates, up to 1,000. Fails if there is none.
                                 * @default false
                                 */
                                rank?: boolean;
                                /** @description Where the list is shown, for the ranker. */
                                surface?: string;
                                /** @description Items that no user had chosen when the model was trained. */
                                newItems?: {
                                    /** @description Largest share of new items: of the first n items at most this share of n, rounded up, for every n. Default: half, and more only behind all others. */
                                    atMost?: number;
                                };
                                /**
                                 * @description 'behaviour': what users choose together. 'content': similarity of texts. 'both': behaviour, and behind it the vectors that have learned from both.
                                 * @default both
                                 * @enum {string}
                                 */
                                by?: "both" | "behaviour" | "content";
                            };
                        }[];
                    };
                };
            };
        };
    };
    getScenario: {
        parameters: {
            query?: {
                /** @description Default: the newest. The newest 20 versions are kept. */
                version?: number;
            };
            header?: never;
            path: {
                /** @description The name of the scenario. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        name: string;
                        /** @description Counts from 1. */
                        version: number;
                        /** @description When this version was stored, in Unix seconds. */
                        at: number;
                        /** @description What requests for lists say if they do not say otherwise. */
                        settings: {
                            /**
                             * @description Number of items. Fewer are returned if fewer pass.
                             * @default 10
                             */
                            k?: number;
                            /**
                             * @description Ids of items that must not be listed.
                             * @default []
                             */
                            exclude?: string[];
                            filter?: components["schemas"]["Filter"];
                            /** @description Items that pass a filter move up or down among the best 200. */
                            boosts?: ({
                                filter: components["schemas"]["Filter"];
                                /** @description The distance of the score to that of the last candidate is multiplied with it. */
                                factor?: number;
                                /** @description Added, as a share of the distance from the last candidate to the first. */
                                bonus?: number;
                            } | unknown | unknown)[];
                            /** @description Maximal marginal relevance among the best 200. Default: off. */
                            diversity?: {
                                /** @description 1 orders by score alone, 0 by unlikeness alone. */
                                lambda: number;
                            };
                            /** @description Most items of the page with the same value of a field. */
                            caps?: {
                                /** @description brand, categories (the most specific counts), price, or fields.NAME. */
                                field: string;
                                atMost: number;
                            }[];
                            /**
                             * @description Return the items themselves, not only their ids.
                             * @default false
                             */
                            withItems?: boolean;
                            /**
                             * @description Say of each item what it has its score from. Needs k of at most 100.
                             * @default false
                             */
                            explain?: boolean;
                            /**
                             * @description Where the list comes from: 'model', or the same list for all users: most chosen, or newest, items first.
                             * @default model
                             * @enum {string}
                             */
                            candidates?: "model" | "popularity" | "newest";
                            /**
                             * @description Also recommend items of the history again.
                             * @default false
                             */
                            includeHistory?: boolean;
                            /**
                             * @description Let the ranker order the best candidates, up to 1,000. Fails if there is none.
                             * @default false
                             */
                            rank?: boolean;
                            /** @description Where the list is shown, for the ranker. */
                            surface?: string;
                            /** @description Items that no user had chosen when the model was trained. */
                            newItems?: {
                                /** @description Largest share of new items: of the first n items at most this share of n, rounded up, for every n. Default: half, and more only behind all others. */
                                atMost?: number;
                            };
                            /**
                             * @description 'behaviour': what users choose together. 'content': similarity of texts. 'both': behaviour, and behind it the vectors that have learned from both.
                             * @default both
                             * @enum {string}
                             */
                            by?: "both" | "behaviour" | "content";
                        };
                    };
                };
            };
        };
    };
    putScenario: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of the scenario. */
                name: string;
            };
            cookie?: never;
        };
        /** @description What requests for lists say if they do not say otherwise. */
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Number of items. Fewer are returned if fewer pass.
                     * @default 10
                     */
                    k?: number;
                    /**
                     * @description Ids of items that must not be listed.
                     * @default []
                     */
                    exclude?: string[];
                    filter?: components["schemas"]["FilterInput"];
                    /** @description Items that pass a filter move up or down among the best 200. */
                    boosts?: ({
                        filter: components["schemas"]["FilterInput"];
                        /** @description The distance of the score to that of the last candidate is multiplied with it. */
                        factor?: number;
                        /** @description Added, as a share of the distance from the last candidate to the first. */
                        bonus?: number;
                    } | unknown | unknown)[];
                    /** @description Maximal marginal relevance among the best 200. Default: off. */
                    diversity?: {
                        /** @description 1 orders by score alone, 0 by unlikeness alone. */
                        lambda: number;
                    };
                    /** @description Most items of the page with the same value of a field. */
                    caps?: {
                        /** @description brand, categories (the most specific counts), price, or fields.NAME. */
                        field: string;
                        atMost: number;
                    }[];
                    /**
                     * @description Return the items themselves, not only their ids.
                     * @default false
                     */
                    withItems?: boolean;
                    /**
                     * @description Say of each item what it has its score from. Needs k of at most 100.
                     * @default false
                     */
                    explain?: boolean;
                    /**
                     * @description Where the list comes from: 'model', or the same list for all users: most chosen, or newest, items first.
                     * @default model
                     * @enum {string}
                     */
                    candidates?: "model" | "popularity" | "newest";
                    /**
                     * @description Also recommend items of the history again.
                     * @default false
                     */
                    includeHistory?: boolean;
                    /**
                     * @description Let the ranker order the best candidates, up to 1,000. Fails if there is none.
                     * @default false
                     */
                    rank?: boolean;
                    /** @description Where the list is shown, for the ranker. */
                    surface?: string;
                    /** @description Items that no user had chosen when the model was trained. */
                    newItems?: {
                        /** @description Largest share of new items: of the first n items at most this share of n, rounded up, for every n. Default: half, and more only behind all others. */
                        atMost?: number;
                    };
                    /**
                     * @description 'behaviour': what users choose together. 'content': similarity of texts. 'both': behaviour, and behind it the vectors that have learned from both.
                     * @default both
                     * @enum {string}
                     */
                    by?: "both" | "behaviour" | "content";
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        name: string;
                        /** @description Counts from 1. */
                        version: number;
                        /** @description When this version was stored, in Unix seconds. */
                        at: number;
                        /** @description What requests for lists say if they do not say otherwise. */
                        settings: {
                            /**
                             * @description Number of items. Fewer are returned if fewer pass.
                             * @default 10
                             */
                            k?: number;
                            /**
                             * @description Ids of items that must not be listed.
                             * @default []
                             */
                            exclude?: string[];
                            filter?: components["schemas"]["Filter"];
                            /** @description Items that pass a filter move up or down among the best 200. */
                            boosts?: ({
                                filter: components["schemas"]["Filter"];
                                /** @description The distance of the score to that of the last candidate is multiplied with it. */
                                factor?: number;
                                /** @description Added, as a share of the distance from the last candidate to the first. */
                                bonus?: number;
                            } | unknown | unknown)[];
                            /** @description Maximal marginal relevance among the best 200. Default: off. */
                            diversity?: {
                                /** @description 1 orders by score alone, 0 by unlikeness alone. */
                                lambda: number;
                            };
                            /** @description Most items of the page with the same value of a field. */
                            caps?: {
                                /** @description brand, categories (the most specific counts), price, or fields.NAME. */
                                field: string;
                                atMost: number;
                            }[];
                            /**
                             * @description Return the items themselves, not only their ids.
                             * @default false
                             */
                            withItems?: boolean;
                            /**
                             * @description Say of each item what it has its score from. Needs k of at most 100.
                             * @default false
                             */
                            explain?: boolean;
                            /**
                             * @description Where the list comes from: 'model', or the same list for all users: most chosen, or newest, items first.
                             * @default model
                             * @enum {string}
                             */
                            candidates?: "model" | "popularity" | "newest";
                            /**
                             * @description Also recommend items of the history again.
                             * @default false
                             */
                            includeHistory?: boolean;
                            /**
                             * @description Let the ranker order the best candidates, up to 1,000. Fails if there is none.
                             * @default false
                             */
                            rank?: boolean;
                            /** @description Where the list is shown, for the ranker. */
                            surface?: string;
                            /** @description Items that no user had chosen when the model was trained. */
                            newItems?: {
                                /** @description Largest share of new items: of the first n items at most this share of n, rounded up, for every n. Default: half, and more only behind all others. */
                                atMost?: number;
                            };
                            /**
                             * @description 'behaviour': what users choose together. 'content': similarity of texts. 'both': behaviour, and behind it the vectors that have learned from both.
                             * @default both
                             * @enum {string}
                             */
                            by?: "both" | "behaviour" | "content";
                        };
                    };
                };
            };
        };
    };
    deleteScenario: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of the scenario. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        deleted: string;
                    };
                };
            };
        };
    };
    listScenarioVersions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of the scenario. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        versions: {
                            name: string;
                            /** @description Counts from 1. */
                            version: number;
                            /** @description When this version was stored, in Unix seconds. */
                            at: number;
                            /** @description What requests for lists say if they do not say otherwise. */
                            settings: {
                                /**
                                 * @description Number of items. Fewer are returned if fewer pass.
                                 * @default 10
                                 */
                                k?: number;
                                /**
                                 * @description Ids of items that must not be listed.
                                 * @default []
                                 */
                                exclude?: string[];
                                filter?: components["schemas"]["Filter"];
                                /** @description Items that pass a filter move up or down among the best 200. */
                                boosts?: ({
                                    filter: components["schemas"]["Filter"];
                                    /** @description The distance of the score to that of the last candidate is multiplied with it. */
                                    factor?: number;
                                    /** @description Added, as a share of the distance from the last candidate to the first. */
                                    bonus?: number;
                                } | unknown | unknown)[];
                                /** @description Maximal marginal relevance among the best 200. Default: off. */
                                diversity?: {
                                    /** @description 1 orders by score alone, 0 by unlikeness alone. */
                                    lambda: number;
                                };
                                /** @description Most items of the page with the same value of a field. */
                                caps?: {
                                    /** @description brand, categories (the most specific counts), price, or fields.NAME. */
                                    field: string;
                                    atMost: number;
                                }[];
                                /**
                                 * @description Return the items themselves, not only their ids.
                                 * @default false
                                 */
                                withItems?: boolean;
                                /**
                                 * @description Say of each item what it has its score from. Needs k of at most 100.
                                 * @default false
                                 */
                                explain?: boolean;
                                /**
                                 * @description Where the list comes from: 'model', or the same list for all users: most chosen, or newest, items first.
                                 * @default model
                                 * @enum {string}
                                 */
                                candidates?: "model" | "popularity" | "newest";
                                /**
                                 * @description Also recommend items of the history again.
                                 * @default false
                                 */
                                includeHistory?: boolean;
                                /**
                                 * @description Let the ranker order the best candidates, up to 1,000. Fails if there is none.
                                 * @default false
                                 */
                                rank?: boolean;
                                /** @description Where the list is shown, for the ranker. */
                                surface?: string;
                                /** @description Items that no user had chosen when the model was trained. */
                                newItems?: {
                                    /** @description Largest share of new items: of the first n items at most this share of n, rounded up, for every n. Default: half, and more only behind all others. */
                                    atMost?: number;
                                };
                                /**
                                 * @description 'behaviour': what users choose together. 'content': similarity of texts. 'both': behaviour, and behind it the vectors that have learned from both.
                                 * @default both
                                 * @enum {string}
                                 */
                                by?: "both" | "behaviour" | "content";
                            };
                        }[];
                    };
                };
            };
        };
    };
    listExperiments: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        experiments: {
                            name: string;
                            /** @description New with each start: users are split anew. */
                            id: string;
                            settings: {
                                scenario: string;
                                arms: {
                                    scenario: string;
                                    weight: number;
                                }[];
                                /** @enum {string} */
                                metric: "ctr" | "cvr" | "value";
                                clicks: string[];
                                conversions: string[];
                                alpha: number;
                                planned: number;
                                minimalEffect: number;
                            };
                            /** @description Unix seconds. */
                            startedAt: number;
                            /** @description Unix seconds. Absent while it runs. */
                            stoppedAt?: number;
                        }[];
                    };
                };
            };
        };
    };
    getExperiment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of the experiment. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        name: string;
                        /** @description New with each start: users are split anew. */
                        id: string;
                        settings: {
                            scenario: string;
                            arms: {
                                scenario: string;
                                weight: number;
                            }[];
                            /** @enum {string} */
                            metric: "ctr" | "cvr" | "value";
                            clicks: string[];
                            conversions: string[];
                            alpha: number;
                            planned: number;
                            minimalEffect: number;
                        };
                        /** @description Unix seconds. */
                        startedAt: number;
                        /** @description Unix seconds. Absent while it runs. */
                        stoppedAt?: number;
                    };
                };
            };
        };
    };
    putExperiment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of the experiment. */
                name: string;
            };
            cookie?: never;
        };
        /** @description Who takes part, what they get, and what decides. */
        requestBody: {
            content: {
                "application/json": {
                    /** @description Requests that name this scenario without a version, and a user, take part. */
                    scenario: string;
                    /** @description The first is the control. */
                    arms: {
                        /** @description A version of a scenario: home@2. */
                        scenario: string;
                        /**
                         * @description Share of the users, in any unit.
                         * @default 1
                         */
                        weight?: number;
                    }[];
                    /**
                     * @description What decides. 'ctr': lists with a click. 'cvr': users who buy after their first list. 'value': what they pay, a user.
                     * @default ctr
                     * @enum {string}
                     */
                    metric?: "ctr" | "cvr" | "value";
                    /**
                     * @description Types of events that are clicks; they must name the request.
                     * @default [
                     *       "click"
                     *     ]
                     */
                    clicks?: string[];
                    /**
                     * @description Types of events that are purchases.
                     * @default [
                     *       "purchase"
                     *     ]
                     */
                    conversions?: string[];
                    /**
                     * @description How often arms without a difference may be told apart, over all looks together.
                     * @default 0.05
                     */
                    alpha?: number;
                    /**
                     * @description Lists of two arms at which the intervals are to be narrowest.
                     * @default 20000
                     */
                    planned?: number;
                    /**
                     * @description Differences below this do not matter.
                     * @default 0
                     */
                    minimalEffect?: number;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        name: string;
                        /** @description New with each start: users are split anew. */
                        id: string;
                        settings: {
                            scenario: string;
                            arms: {
                                scenario: string;
                                weight: number;
                            }[];
                            /** @enum {string} */
                            metric: "ctr" | "cvr" | "value";
                            clicks: string[];
                            conversions: string[];
                            alpha: number;
                            planned: number;
                            minimalEffect: number;
                        };
                        /** @description Unix seconds. */
                        startedAt: number;
                        /** @description Unix seconds. Absent while it runs. */
                        stoppedAt?: number;
                    };
                };
            };
        };
    };
    deleteExperiment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of the experiment. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        deleted: string;
                    };
                };
            };
        };
    };
    stopExperiment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of the experiment. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        name: string;
                        /** @description New with each start: users are split anew. */
                        id: string;
                        settings: {
                            scenario: string;
                            arms: {
                                scenario: string;
                                weight: number;
                            }[];
                            /** @enum {string} */
                            metric: "ctr" | "cvr" | "value";
                            clicks: string[];
                            conversions: string[];
                            alpha: number;
                            planned: number;
                            minimalEffect: number;
                        };
                        /** @description Unix seconds. */
                        startedAt: number;
                        /** @description Unix seconds. Absent while it runs. */
                        stoppedAt?: number;
                    };
                };
            };
        };
    };
    experimentResults: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of the experiment. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        experiment: {
                            name: string;
                            /** @description New with each start: users are split anew. */
                            id: string;
                            settings: {
                                scenario: string;
                                arms: {
                                    scenario: string;
                                    weight: number;
                                }[];
                                /** @enum {string} */
                                metric: "ctr" | "cvr" | "value";
                                clicks: string[];
                                conversions: string[];
                                alpha: number;
                                planned: number;
                                minimalEffect: number;
                            };
                            /** @description Unix seconds. */
                            startedAt: number;
                            /** @description Unix seconds. Absent while it runs. */
                            stoppedAt?: number;
                        };
                        at: number;
                        /** @description The first list that is counted, in Unix seconds. */
                        since: number | null;
                        lists: number;
                        arms: {
                            arm: string;
                            users: number;
                            lists: number;
                            /** @description Share of lists with a click. */
                            ctr: {
                                value: number | null;
                                standardError: number | null;
                                /** @description 95 %, for one look. The user is the unit. */
                                interval: [
                                    number,
                                    number
                                ] | null;
                            };
                            /** @description Share of users who bought after their first list. */
                            cvr: {
                                value: number | null;
                                standardError: number | null;
                                /** @description 95 %, for one look. The user is the unit. */
                                interval: [
                                    number,
                                    number
                                ] | null;
                            };
                            /** @description What they paid, a user. */
                            value: {
                                value: number | null;
                                standardError: number | null;
                                /** @description 95 %, for one look. The user is the unit. */
                                interval: [
                                    number,
                                    number
                                ] | null;
                            };
                            /** @description Share of lists without items. */
                            empty: {
                                value: number | null;
                                standardError: number | null;
                                /** @description 95 %, for one look. The user is the unit. */
                                interval: [
                                    number,
                                    number
                                ] | null;
                            };
                            /** @description Share of lists that failed. */
                            failed: {
                                value: number | null;
                                standardError: number | null;
                                /** @description 95 %, for one look. The user is the unit. */
                                interval: [
                                    number,
                                    number
                                ] | null;
                            };
                            /** @description Milliseconds. */
                            latency: {
                                mean: number;
                                p95: number;
                            } | null;
                        }[];
                        /** @description Each arm beside the control. */
                        comparisons: {
                            arm: string;
                            ctr?: {
                                difference: number;
                                /** @description As a share of the control. */
                                relative: number | null;
                                /** @description Holds at all looks together. */
                                interval: [
                                    number,
                                    number
                                ];
                            };
                            cvr?: {
                                difference: number;
                                /** @description As a share of the control. */
                                relative: number | null;
                                /** @description Holds at all looks together. */
                                interval: [
                                    number,
                                    number
                                ];
                            };
                            value?: {
                                difference: number;
                                /** @description As a share of the control. */
                                relative: number | null;
                                /** @description Holds at all looks together. */
                                interval: [
                                    number,
                                    number
                                ];
                            };
                            guardrails: {
                                name: string;
                                /** @description A difference up to this is no harm. */
                                margin: number;
                                comparison?: {
                                    difference: number;
                                    /** @description As a share of the control. */
                                    relative: number | null;
                                    /** @description Holds at all looks together. */
                                    interval: [
                                        number,
                                        number
                                    ];
                                };
                                isHarmed: boolean;
                            }[];
                        }[];
                        sampleRatio: {
                            expected: number[];
                            observed: number[];
                            chiSquare: number;
                            /** @description For one look. */
                            pValue: number;
                            /** @description Bayes factor against the weights; it may be looked at every day. */
                            evidence: number;
                            isBroken: boolean;
                        };
                        decision: {
                            /** @enum {string} */
                            action: "ship" | "stop" | "continue" | "invalid";
                            /** @description With ship. */
                            arm?: string;
                            /** @enum {string} */
                            reason: "sampleRatio" | "tooFew" | "undecided" | "better" | "worse" | "guardrail" | "noRelevantDifference";
                            text: string;
                        };
                        /** @description Purchases of items without a price: they count 0. */
                        withoutPrice: number;
                    };
                };
            };
        };
    };
    outcomes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        at: number;
                        /** @description The first list that is counted, in Unix seconds. */
                        since: number | null;
                        lists: number;
                        rows: {
                            scenario: string | null;
                            version: string;
                            surface: string | null;
                            /** @description From 0; null for the lists as a whole. */
                            position: number | null;
                            users: number;
                            /** @description Lists that had this position. */
                            shown: number;
                            /** @description Share with a click. */
                            ctr: {
                                value: number | null;
                                standardError: number | null;
                                /** @description 95 %, for one look. The user is the unit. */
                                interval: [
                                    number,
                                    number
                                ] | null;
                            };
                            /** @description Share with a purchase. */
                            cvr: {
                                value: number | null;
                                standardError: number | null;
                                /** @description 95 %, for one look. The user is the unit. */
                                interval: [
                                    number,
                                    number
                                ] | null;
                            };
                            /** @description Paid, a list. */
                            value: {
                                value: number | null;
                                standardError: number | null;
                                /** @description 95 %, for one look. The user is the unit. */
                                interval: [
                                    number,
                                    number
                                ] | null;
                            };
                        }[];
                    };
                };
            };
        };
    };
    deleteItems: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    ids: string[];
                };
            };
        };
        responses: {
            /** @description What is gone from the disk now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Items removed. */
                        items: number;
                        /** @description Users removed: erased, or without any other event. */
                        users: number;
                        /** @description Events removed. */
                        events: number;
                        /** @description Ids of the request that are not stored. */
                        unknown: number;
                        /** @description Items and users removed that an import, which runs at the moment, brings again at its end. */
                        returning: number;
                    };
                };
            };
        };
    };
    rank: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Whom to rank for, and what. */
        requestBody: {
            content: {
                "application/json": {
                    /** @description Whose behaviours count. An unknown user has none. */
                    user?: string;
                    /** @description What to rank. */
                    items: string[];
                    /** @description Where the list is shown. */
                    surface?: string;
                    /** @description What was shown, oldest first, in place of the stored behaviours of the user. */
                    history?: (string | {
                        item: string;
                        /** @description What came of it. Default: nothing. */
                        outcomes?: string[];
                        /** @description Where it was shown. */
                        surface?: string;
                        /** @description Unix seconds. Default: the time of the request. */
                        timestamp?: number;
                    })[];
                    /** @description Which outcome orders the items. Default: the first of the ranker. */
                    by?: string;
                };
            };
        };
        responses: {
            /** @description Best first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The version of the ranker. */
                        ranker: string;
                        /** @description null: the ranker was asked without knowledge. */
                        knowledge: {
                            space: string;
                            /** @description The version that was read. */
                            version: string;
                            /** @description Seconds since it was published. */
                            ageSeconds: number;
                            /** @description How far it is from the version that was wanted; 0 for that version itself. */
                            residual: number;
                            /** @description Share of the items with an entry of their own; 0 if there are no items. */
                            itemsPresent: number;
                            /** @description Whether the user has an entry. */
                            userPresent: boolean;
                        } | null;
                        /** @description Why there is no knowledge, if the ranker was trained with it. */
                        reason?: string;
                        /** @description Unix seconds: the time at which behaviours were read. */
                        timestamp: number;
                        /** @description The outcome that orders the items. */
                        by: string;
                        knownUser: boolean;
                        /** @description Behaviours of the user that were read. */
                        behaviours: number;
                        items: {
                            id: string;
                            /** @description Of each outcome. */
                            probabilities: {
                                [key: string]: number;
                            };
                            /** @description False for an item that is not stored. */
                            known: boolean;
                        }[];
                    };
                };
            };
        };
    };
    knowledge: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Pairs of user and item. */
        requestBody: {
            content: {
                "application/json": {
                    /** @description One for each pair, or one for all. */
                    users: string[];
                    /** @description One for each pair, or one for all. */
                    items: string[];
                    /** @description The first level of the category of each item, or one for all, in versions with entries by user and category. Default: without these numbers. */
                    categories?: string[];
                    /**
                     * @description Which kind of knowledge.
                     * @default keep
                     */
                    space?: string;
                    /**
                     * @description The version that your model was trained with, or 'latest'.
                     * @default latest
                     */
                    version?: string;
                    /**
                     * @description Allow a version that is aligned to it with residuals up to this sum.
                     * @default 0
                     */
                    maxResidual?: number;
                };
            };
        };
        responses: {
            /** @description As JSON, or with `Accept: application/octet-stream` as numbers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        space: string;
                        /** @description The version that was read. */
                        version: string;
                        /** @description Seconds since it was published. */
                        ageSeconds: number;
                        /** @description How far it is from the version that was wanted; 0 for that version itself. */
                        residual: number;
                        /** @description Numbers per pair. */
                        width: number;
                        /** @description Names of the numbers. */
                        columns: string[];
                        /** @description One list per pair. */
                        values: number[][];
                        /** @description 1 if there is an entry of the user, of the item, of user and category. Without one, the values are those of an unknown user or item; zeros in a space that has none. */
                        present: number[][];
                    };
                    "application/octet-stream": string;
                };
            };
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "ok";
                    };
                };
            };
        };
    };
    ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "ready";
                        version: string;
                    };
                };
            };
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Prometheus text format */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    listKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        keys: {
                            /** @description The part of the key between the first two underscores; no secret. */
                            id: string;
                            name: string;
                            scopes: ("read" | "events" | "write" | "admin")[];
                            namespace: string;
                            /** @enum {string} */
                            state: "active" | "expired" | "revoked";
                            /** @description Unix seconds, like all times. */
                            createdAt: number;
                            rotatedAt?: number;
                            expiresAt?: number;
                            revokedAt?: number;
                            rate?: {
                                perSecond: number;
                                burst: number;
                            };
                        }[];
                    };
                };
            };
        };
    };
    createKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description What the key may do; none includes another. */
                    scopes: ("read" | "events" | "write" | "admin")[];
                    /** @description For people. */
                    name?: string;
                    /** @description Seconds until the key expires. Default: never. */
                    expiresIn?: number;
                    /** @description Default: no limit. */
                    rate?: {
                        /** @description Requests per second, in the long run. */
                        perSecond: number;
                        /** @description Requests at once. */
                        burst: number;
                    };
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        key: {
                            /** @description The part of the key between the first two underscores; no secret. */
                            id: string;
                            name: string;
                            scopes: ("read" | "events" | "write" | "admin")[];
                            namespace: string;
                            /** @enum {string} */
                            state: "active" | "expired" | "revoked";
                            /** @description Unix seconds, like all times. */
                            createdAt: number;
                            rotatedAt?: number;
                            expiresAt?: number;
                            revokedAt?: number;
                            rate?: {
                                perSecond: number;
                                burst: number;
                            };
                        };
                        /** @description The whole key. It is in no later answer. */
                        secret: string;
                    };
                };
            };
        };
    };
    rotateKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Seconds during which the former secret is accepted too.
                     * @default 0
                     */
                    overlap?: number;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        key: {
                            /** @description The part of the key between the first two underscores; no secret. */
                            id: string;
                            name: string;
                            scopes: ("read" | "events" | "write" | "admin")[];
                            namespace: string;
                            /** @enum {string} */
                            state: "active" | "expired" | "revoked";
                            /** @description Unix seconds, like all times. */
                            createdAt: number;
                            rotatedAt?: number;
                            expiresAt?: number;
                            revokedAt?: number;
                            rate?: {
                                perSecond: number;
                                burst: number;
                            };
                        };
                        /** @description The whole key. It is in no later answer. */
                        secret: string;
                    };
                };
            };
        };
    };
    revokeKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a key. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The part of the key between the first two underscores; no secret. */
                        id: string;
                        name: string;
                        scopes: ("read" | "events" | "write" | "admin")[];
                        namespace: string;
                        /** @enum {string} */
                        state: "active" | "expired" | "revoked";
                        /** @description Unix seconds, like all times. */
                        createdAt: number;
                        rotatedAt?: number;
                        expiresAt?: number;
                        revokedAt?: number;
                        rate?: {
                            perSecond: number;
                            burst: number;
                        };
                    };
                };
            };
        };
    };
    listJobs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        jobs: {
                            name: string;
                            /** @description When it was added or changed, in Unix seconds. */
                            at: number;
                            /** @description Events in the store then. */
                            events: number;
                            settings: {
                                /**
                                 * @description Whether the schedule runs it. It can always be run by hand.
                                 * @default true
                                 */
                                enabled: boolean;
                                /** @description Seconds from the start of one run to the next. */
                                every?: number;
                                cron?: string;
                                /**
                                 * @description Of `cron`.
                                 * @default UTC
                                 */
                                timeZone: string;
                                /** @description Runs when as many events came since its last run. */
                                afterEvents?: number;
                                train: {
                                    /**
                                     * @default learn
                                     * @enum {string}
                                     */
                                    preset: "learn" | "linear" | "content-only" | "id-only" | "learn-paper" | "sasrec";
                                    /** @description Options that replace those of the preset: group → option → value. */
                                    config?: {
                                        [key: string]: {
                                            [key: string]: unknown;
                                        };
                                    };
                                    /**
                                     * @default leave-one-out
                                     * @enum {string}
                                     */
                                    protocol: "leave-one-out" | "temporal";
                                    /**
                                     * @description What is trained once more, with the settings that were selected.
                                     * @default all
                                     * @enum {string}
                                     */
                                    refit: "none" | "valid" | "all";
                                    /** @default 42 */
                                    seed: number;
                                    /**
                                     * @description `live`: the towers begin with the values of the live version, if it has the same preset.
                                     * @default scratch
                                     * @enum {string}
                                     */
                                    start: "scratch" | "live";
                                };
                                gate: {
                                    /**
                                     * @description `not-worse`: publish if it is shown to be no worse. `unless-worse`: publish unless it is shown to be worse. `always`: publish without a comparison.
                                     * @default not-worse
                                     * @enum {string}
                                     */
                                    rule: "not-worse" | "unless-worse" | "always";
                                    /**
                                     * @default ndcg@10
                                     * @enum {string}
                                     */
                                    metric: "recall@10" | "ndcg@10" | "recall@50" | "ndcg@50" | "mrr";
                                    /**
                                     * @description Share of the live version’s metric by which another version may be lower and is no worse.
                                     * @default 0.05
                                     */
                                    tolerance: number;
                                    /**
                                     * @description With fewer users to compare on, nothing is shown.
                                     * @default 100
                                     */
                                    minUsers: number;
                                    /**
                                     * @description Share of the events since the live version’s training on which both are compared: the newest.
                                     * @default 0.5
                                     */
                                    share: number;
                                };
                                /** @description CPU threads of a run. Default: one per core. */
                                threads?: number;
                                /**
                                 * @description Publications, and models of jobs, that stay on disk.
                                 * @default 3
                                 */
                                keep: number;
                            };
                            /** @description What starts the next run: a time or a number of events in the store. Empty: a person. */
                            next: {
                                /** @description Not before, in Unix seconds. */
                                at?: number;
                                events?: number;
                            };
                            running?: {
                                id: string;
                                job: string;
                                /**
                                 * @description What started it.
                                 * @enum {string}
                                 */
                                trigger: "schedule" | "events" | "person";
                                /** @enum {string} */
                                state: "running" | "succeeded" | "failed" | "cancelled" | "interrupted";
                                /**
                                 * @description Of a run that succeeded. `kept`: the gate kept the live version. `unchanged`: nothing new to learn from. `held`: publishing is held since a rollback.
                                 * @enum {string}
                                 */
                                outcome?: "published" | "kept" | "unchanged" | "held";
                                /** @description Start, in Unix seconds. */
                                startedAt: number;
                                /** @description End, in Unix seconds. */
                                endedAt?: number;
                                pid: number;
                                host: string;
                                /** @description Events in the store at the start. */
                                events: number;
                                /**
                                 * @description The step that runs, or ran last.
                                 * @enum {string}
                                 */
                                step?: "encode" | "compare" | "train" | "publish";
                                progress?: {
                                    stage: string;
                                    done: number;
                                    total?: number;
                                    unit: string;
                                    note?: string;
                                };
                                /** @description The job as it was at the start. */
                                settings: {
                                    /**
                                     * @description Whether the schedule runs it. It can always be run by hand.
                                     * @default true
                                     */
                                    enabled: boolean;
                                    /** @description Seconds from the start of one run to the next. */
                                    every?: number;
                                    cron?: string;
                                    /**
                                     * @description Of `cron`.
                                     * @default UTC
                                     */
                                    timeZone: string;
                                    /** @description Runs when as many events came since its last run. */
                                    afterEvents?: number;
                                    train: {
                                        /**
                                         * @default learn
                                         * @enum {string}
                                         */
                                        preset: "learn" | "linear" | "content-only" | "id-only" | "learn-paper" | "sasrec";
                                        /** @description Options that replace those of the preset: group → option → value. */
                                        config?: {
                                            [key: string]: {
                                                [key: string]: unknown;
                                            };
                                        };
                                        /**
                                         * @default leave-one-out
                                         * @enum {string}
                                         */
                                        protocol: "leave-one-out" | "temporal";
                                        /**
                                         * @description What is trained once more, with the settings that were selected.
                                         * @default all
                                         * @enum {string}
                                         */
                                        refit: "none" | "valid" | "all";
                                        /** @default 42 */
                                        seed: number;
                                        /**
                                         * @description `live`: the towers begin with the values of the live version, if it has the same preset.
                                         * @default scratch
                                         * @enum {string}
                                         */
                                        start: "scratch" | "live";
                                    };
                                    gate: {
                                        /**
                                         * @description `not-worse`: publish if it is shown to be no worse. `unless-worse`: publish unless it is shown to be worse. `always`: publish without a comparison.
                                         * @default not-worse
                                         * @enum {string}
                                         */
                                        rule: "not-worse" | "unless-worse" | "always";
                                        /**
                                         * @default ndcg@10
                                         * @enum {string}
                                         */
                                        metric: "recall@10" | "ndcg@10" | "recall@50" | "ndcg@50" | "mrr";
                                        /**
                                         * @description Share of the live version’s metric by which another version may be lower and is no worse.
                                         * @default 0.05
                                         */
                                        tolerance: number;
                                        /**
                                         * @description With fewer users to compare on, nothing is shown.
                                         * @default 100
                                         */
                                        minUsers: number;
                                        /**
                                         * @description Share of the events since the live version’s training on which both are compared: the newest.
                                         * @default 0.5
                                         */
                                        share: number;
                                    };
                                    /** @description CPU threads of a run. Default: one per core. */
                                    threads?: number;
                                    /**
                                     * @description Publications, and models of jobs, that stay on disk.
                                     * @default 3
                                     */
                                    keep: number;
                                };
                                /** @description What was served at the start. */
                                live?: {
                                    publication: string;
                                    model: string | null;
                                };
                                verdict?: {
                                    /**
                                     * @description What the comparison shows.
                                     * @enum {string}
                                     */
                                    finding: "not-worse" | "worse" | "unclear" | "nothing-to-compare" | "not-compared";
                                    /** @description What the rule says for this finding. */
                                    publish: boolean;
                                    /** @description The rule with its numbers, for people. */
                                    reason: string;
                                    /** @description Users whose next choice both versions had to find. */
                                    users: number;
                                    /** @enum {string} */
                                    metric: "recall@10" | "ndcg@10" | "recall@50" | "ndcg@50" | "mrr";
                                    tolerance: number;
                                    /** @description The metric of the live version. */
                                    live?: number;
                                    /** @description The metric of the version that was trained for the comparison. */
                                    candidate?: number;
                                    /** @description `candidate` − `live`. */
                                    difference?: number;
                                    /** @description 95 % interval of the difference, paired by user. */
                                    interval?: number[];
                                    /** @description The live version has learned from events up to here, in Unix seconds. */
                                    liveUntil?: number;
                                    /** @description Both were compared on what came from here on; the candidate was trained on what came before, in Unix seconds. */
                                    from?: number;
                                    /** @description The newest event that both were compared on, in Unix seconds. */
                                    to?: number;
                                };
                                /** @description The model that was trained to be published. */
                                model?: string;
                                /** @description The newest event that this model has learned from, in Unix seconds. */
                                learnedUntil?: number;
                                publication?: string;
                                /** @description Models of former runs that were removed. */
                                pruned?: string[];
                                error?: {
                                    code: string;
                                    message: string;
                                };
                            };
                            /** @description The last run that has ended. */
                            last?: {
                                id: string;
                                job: string;
                                /**
                                 * @description What started it.
                                 * @enum {string}
                                 */
                                trigger: "schedule" | "events" | "person";
                                /** @enum {string} */
                                state: "running" | "succeeded" | "failed" | "cancelled" | "interrupted";
                                /**
                                 * @description Of a run that succeeded. `kept`: the gate kept the live version. `unchanged`: nothing new to learn from. `held`: publishing is held since a rollback.
                                 * @enum {string}
                                 */
                                outcome?: "published" | "kept" | "unchanged" | "held";
                                /** @description Start, in Unix seconds. */
                                startedAt: number;
                                /** @description End, in Unix seconds. */
                                endedAt?: number;
                                pid: number;
                                host: string;
                                /** @description Events in the store at the start. */
                                events: number;
                                /**
                                 * @description The step that runs, or ran last.
                                 * @enum {string}
                                 */
                                step?: "encode" | "compare" | "train" | "publish";
                                progress?: {
                                    stage: string;
                                    done: number;
                                    total?: number;
                                    unit: string;
                                    note?: string;
                                };
                                /** @description The job as it was at the start. */
                                settings: {
                                    /**
                                     * @description Whether the schedule runs it. It can always be run by hand.
                                     * @default true
                                     */
                                    enabled: boolean;
                                    /** @description Seconds from the start of one run to the next. */
                                    every?: number;
                                    cron?: string;
                                    /**
                                     * @description Of `cron`.
                                     * @default UTC
                                     */
                                    timeZone: string;
                                    /** @description Runs when as many events came since its last run. */
                                    afterEvents?: number;
                                    train: {
                                        /**
                                         * @default learn
                                         * @enum {string}
                                         */
                                        preset: "learn" | "linear" | "content-only" | "id-only" | "learn-paper" | "sasrec";
                                        /** @description Options that replace those of the preset: group → option → value. */
                                        config?: {
                                            [key: string]: {
                                                [key: string]: unknown;
                                            };
                                        };
                                        /**
                                         * @default leave-one-out
                                         * @enum {string}
                                         */
                                        protocol: "leave-one-out" | "temporal";
                                        /**
                                         * @description What is trained once more, with the settings that were selected.
                                         * @default all
                                         * @enum {string}
                                         */
                                        refit: "none" | "valid" | "all";
                                        /** @default 42 */
                                        seed: number;
                                        /**
                                         * @description `live`: the towers begin with the values of the live version, if it has the same preset.
                                         * @default scratch
                                         * @enum {string}
                                         */
                                        start: "scratch" | "live";
                                    };
                                    gate: {
                                        /**
                                         * @description `not-worse`: publish if it is shown to be no worse. `unless-worse`: publish unless it is shown to be worse. `always`: publish without a comparison.
                                         * @default not-worse
                                         * @enum {string}
                                         */
                                        rule: "not-worse" | "unless-worse" | "always";
                                        /**
                                         * @default ndcg@10
                                         * @enum {string}
                                         */
                                        metric: "recall@10" | "ndcg@10" | "recall@50" | "ndcg@50" | "mrr";
                                        /**
                                         * @description Share of the live version’s metric by which another version may be lower and is no worse.
                                         * @default 0.05
                                         */
                                        tolerance: number;
                                        /**
                                         * @description With fewer users to compare on, nothing is shown.
                                         * @default 100
                                         */
                                        minUsers: number;
                                        /**
                                         * @description Share of the events since the live version’s training on which both are compared: the newest.
                                         * @default 0.5
                                         */
                                        share: number;
                                    };
                                    /** @description CPU threads of a run. Default: one per core. */
                                    threads?: number;
                                    /**
                                     * @description Publications, and models of jobs, that stay on disk.
                                     * @default 3
                                     */
                                    keep: number;
                                };
                                /** @description What was served at the start. */
                                live?: {
                                    publication: string;
                                    model: string | null;
                                };
                                verdict?: {
                                    /**
                                     * @description What the comparison shows.
                                     * @enum {string}
                                     */
                                    finding: "not-worse" | "worse" | "unclear" | "nothing-to-compare" | "not-compared";
                                    /** @description What the rule says for this finding. */
                                    publish: boolean;
                                    /** @description The rule with its numbers, for people. */
                                    reason: string;
                                    /** @description Users whose next choice both versions had to find. */
                                    users: number;
                                    /** @enum {string} */
                                    metric: "recall@10" | "ndcg@10" | "recall@50" | "ndcg@50" | "mrr";
                                    tolerance: number;
                                    /** @description The metric of the live version. */
                                    live?: number;
                                    /** @description The metric of the version that was trained for the comparison. */
                                    candidate?: number;
                                    /** @description `candidate` − `live`. */
                                    difference?: number;
                                    /** @description 95 % interval of the difference, paired by user. */
                                    interval?: number[];
                                    /** @description The live version has learned from events up to here, in Unix seconds. */
                                    liveUntil?: number;
                                    /** @description Both were compared on what came from here on; the candidate was trained on what came before, in Unix seconds. */
                                    from?: number;
                                    /** @description The newest event that both were compared on, in Unix seconds. */
                                    to?: number;
                                };
                                /** @description The model that was trained to be published. */
                                model?: string;
                                /** @description The newest event that this model has learned from, in Unix seconds. */
                                learnedUntil?: number;
                                publication?: string;
                                /** @description Models of former runs that were removed. */
                                pruned?: string[];
                                error?: {
                                    code: string;
                                    message: string;
                                };
                            };
                        }[];
                        /** @description Since a rollback, no job runs by itself or publishes. */
                        isHeld: boolean;
                    };
                };
            };
        };
    };
    getJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of a job. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        name: string;
                        /** @description When it was added or changed, in Unix seconds. */
                        at: number;
                        /** @description Events in the store then. */
                        events: number;
                        settings: {
                            /**
                             * @description Whether the schedule runs it. It can always be run by hand.
                             * @default true
                             */
                            enabled: boolean;
                            /** @description Seconds from the start of one run to the next. */
                            every?: number;
                            cron?: string;
                            /**
                             * @description Of `cron`.
                             * @default UTC
                             */
                            timeZone: string;
                            /** @description Runs when as many events came since its last run. */
                            afterEvents?: number;
                            train: {
                                /**
                                 * @default learn
                                 * @enum {string}
                                 */
                                preset: "learn" | "linear" | "content-only" | "id-only" | "learn-paper" | "sasrec";
                                /** @description Options that replace those of the preset: group → option → value. */
                                config?: {
                                    [key: string]: {
                                        [key: string]: unknown;
                                    };
                                };
                                /**
                                 * @default leave-one-out
                                 * @enum {string}
                                 */
                                protocol: "leave-one-out" | "temporal";
                                /**
                                 * @description What is trained once more, with the settings that were selected.
                                 * @default all
                                 * @enum {string}
                                 */
                                refit: "none" | "valid" | "all";
                                /** @default 42 */
                                seed: number;
                                /**
                                 * @description `live`: the towers begin with the values of the live version, if it has the same preset.
                                 * @default scratch
                                 * @enum {string}
                                 */
                                start: "scratch" | "live";
                            };
                            gate: {
                                /**
                                 * @description `not-worse`: publish if it is shown to be no worse. `unless-worse`: publish unless it is shown to be worse. `always`: publish without a comparison.
                                 * @default not-worse
                                 * @enum {string}
                                 */
                                rule: "not-worse" | "unless-worse" | "always";
                                /**
                                 * @default ndcg@10
                                 * @enum {string}
                                 */
                                metric: "recall@10" | "ndcg@10" | "recall@50" | "ndcg@50" | "mrr";
                                /**
                                 * @description Share of the live version’s metric by which another version may be lower and is no worse.
                                 * @default 0.05
                                 */
                                tolerance: number;
                                /**
                                 * @description With fewer users to compare on, nothing is shown.
                                 * @default 100
                                 */
                                minUsers: number;
                                /**
                                 * @description Share of the events since the live version’s training on which both are compared: the newest.
                                 * @default 0.5
                                 */
                                share: number;
                            };
                            /** @description CPU threads of a run. Default: one per core. */
                            threads?: number;
                            /**
                             * @description Publications, and models of jobs, that stay on disk.
                             * @default 3
                             */
                            keep: number;
                        };
                        /** @description What starts the next run: a time or a number of events in the store. Empty: a person. */
                        next: {
                            /** @description Not before, in Unix seconds. */
                            at?: number;
                            events?: number;
                        };
                        running?: {
                            id: string;
                            job: string;
                            /**
                             * @description What started it.
                             * @enum {string}
                             */
                            trigger: "schedule" | "events" | "person";
                            /** @enum {string} */
                            state: "running" | "succeeded" | "failed" | "cancelled" | "interrupted";
                            /**
                             * @description Of a run that succeeded. `kept`: the gate kept the live version. `unchanged`: nothing new to learn from. `held`: publishing is held since a rollback.
                             * @enum {string}
                             */
                            outcome?: "published" | "kept" | "unchanged" | "held";
                            /** @description Start, in Unix seconds. */
                            startedAt: number;
                            /** @description End, in Unix seconds. */
                            endedAt?: number;
                            pid: number;
                            host: string;
                            /** @description Events in the store at the start. */
                            events: number;
                            /**
                             * @description The step that runs, or ran last.
                             * @enum {string}
                             */
                            step?: "encode" | "compare" | "train" | "publish";
                            progress?: {
                                stage: string;
                                done: number;
                                total?: number;
                                unit: string;
                                note?: string;
                            };
                            /** @description The job as it was at the start. */
                            settings: {
                                /**
                                 * @description Whether the schedule runs it. It can always be run by hand.
                                 * @default true
                                 */
                                enabled: boolean;
                                /** @description Seconds from the start of one run to the next. */
                                every?: number;
                                cron?: string;
                                /**
                                 * @description Of `cron`.
                                 * @default UTC
                                 */
                                timeZone: string;
                                /** @description Runs when as many events came since its last run. */
                                afterEvents?: number;
                                train: {
                                    /**
                                     * @default learn
                                     * @enum {string}
                                     */
                                    preset: "learn" | "linear" | "content-only" | "id-only" | "learn-paper" | "sasrec";
                                    /** @description Options that replace those of the preset: group → option → value. */
                                    config?: {
                                        [key: string]: {
                                            [key: string]: unknown;
                                        };
                                    };
                                    /**
                                     * @default leave-one-out
                                     * @enum {string}
                                     */
                                    protocol: "leave-one-out" | "temporal";
                                    /**
                                     * @description What is trained once more, with the settings that were selected.
                                     * @default all
                                     * @enum {string}
                                     */
                                    refit: "none" | "valid" | "all";
                                    /** @default 42 */
                                    seed: number;
                                    /**
                                     * @description `live`: the towers begin with the values of the live version, if it has the same preset.
                                     * @default scratch
                                     * @enum {string}
                                     */
                                    start: "scratch" | "live";
                                };
                                gate: {
                                    /**
                                     * @description `not-worse`: publish if it is shown to be no worse. `unless-worse`: publish unless it is shown to be worse. `always`: publish without a comparison.
                                     * @default not-worse
                                     * @enum {string}
                                     */
                                    rule: "not-worse" | "unless-worse" | "always";
                                    /**
                                     * @default ndcg@10
                                     * @enum {string}
                                     */
                                    metric: "recall@10" | "ndcg@10" | "recall@50" | "ndcg@50" | "mrr";
                                    /**
                                     * @description Share of the live version’s metric by which another version may be lower and is no worse.
                                     * @default 0.05
                                     */
                                    tolerance: number;
                                    /**
                                     * @description With fewer users to compare on, nothing is shown.
                                     * @default 100
                                     */
                                    minUsers: number;
                                    /**
                                     * @description Share of the events since the live version’s training on which both are compared: the newest.
                                     * @default 0.5
                                     */
                                    share: number;
                                };
                                /** @description CPU threads of a run. Default: one per core. */
                                threads?: number;
                                /**
                                 * @description Publications, and models of jobs, that stay on disk.
                                 * @default 3
                                 */
                                keep: number;
                            };
                            /** @description What was served at the start. */
                            live?: {
                                publication: string;
                                model: string | null;
                            };
                            verdict?: {
                                /**
                                 * @description What the comparison shows.
                                 * @enum {string}
                                 */
                                finding: "not-worse" | "worse" | "unclear" | "nothing-to-compare" | "not-compared";
                                /** @description What the rule says for this finding. */
                                publish: boolean;
                                /** @description The rule with its numbers, for people. */
                                reason: string;
                                /** @description Users whose next choice both versions had to find. */
                                users: number;
                                /** @enum {string} */
                                metric: "recall@10" | "ndcg@10" | "recall@50" | "ndcg@50" | "mrr";
                                tolerance: number;
                                /** @description The metric of the live version. */
                                live?: number;
                                /** @description The metric of the version that was trained for the comparison. */
                                candidate?: number;
                                /** @description `candidate` − `live`. */
                                difference?: number;
                                /** @description 95 % interval of the difference, paired by user. */
                                interval?: number[];
                                /** @description The live version has learned from events up to here, in Unix seconds. */
                                liveUntil?: number;
                                /** @description Both were compared on what came from here on; the candidate was trained on what came before, in Unix seconds. */
                                from?: number;
                                /** @description The newest event that both were compared on, in Unix seconds. */
                                to?: number;
                            };
                            /** @description The model that was trained to be published. */
                            model?: string;
                            /** @description The newest event that this model has learned from, in Unix seconds. */
                            learnedUntil?: number;
                            publication?: string;
                            /** @description Models of former runs that were removed. */
                            pruned?: string[];
                            error?: {
                                code: string;
                                message: string;
                            };
                        };
                        /** @description The last run that has ended. */
                        last?: {
                            id: string;
                            job: string;
                            /**
                             * @description What started it.
                             * @enum {string}
                             */
                            trigger: "schedule" | "events" | "person";
                            /** @enum {string} */
                            state: "running" | "succeeded" | "failed" | "cancelled" | "interrupted";
                            /**
                             * @description Of a run that succeeded. `kept`: the gate kept the live version. `unchanged`: nothing new to learn from. `held`: publishing is held since a rollback.
                             * @enum {string}
                             */
                            outcome?: "published" | "kept" | "unchanged" | "held";
                            /** @description Start, in Unix seconds. */
                            startedAt: number;
                            /** @description End, in Unix seconds. */
                            endedAt?: number;
                            pid: number;
                            host: string;
                            /** @description Events in the store at the start. */
                            events: number;
                            /**
                             * @description The step that runs, or ran last.
                             * @enum {string}
                             */
                            step?: "encode" | "compare" | "train" | "publish";
                            progress?: {
                                stage: string;
                                done: number;
                                total?: number;
                                unit: string;
                                note?: string;
                            };
                            /** @description The job as it was at the start. */
                            settings: {
                                /**
                                 * @description Whether the schedule runs it. It can always be run by hand.
                                 * @default true
                                 */
                                enabled: boolean;
                                /** @description Seconds from the start of one run to the next. */
                                every?: number;
                                cron?: string;
                                /**
                                 * @description Of `cron`.
                                 * @default UTC
                                 */
                                timeZone: string;
                                /** @description Runs when as many events came since its last run. */
                                afterEvents?: number;
                                train: {
                                    /**
                                     * @default learn
                                     * @enum {string}
                                     */
                                    preset: "learn" | "linear" | "content-only" | "id-only" | "learn-paper" | "sasrec";
                                    /** @description Options that replace those of the preset: group → option → value. */
                                    config?: {
                                        [key: string]: {
                                            [key: string]: unknown;
                                        };
                                    };
                                    /**
                                     * @default leave-one-out
                                     * @enum {string}
                                     */
                                    protocol: "leave-one-out" | "temporal";
                                    /**
                                     * @description What is trained once more, with the settings that were selected.
                                     * @default all
                                     * @enum {string}
                                     */
                                    refit: "none" | "valid" | "all";
                                    /** @default 42 */
                                    seed: number;
                                    /**
                                     * @description `live`: the towers begin with the values of the live version, if it has the same preset.
                                     * @default scratch
                                     * @enum {string}
                                     */
                                    start: "scratch" | "live";
                                };
                                gate: {
                                    /**
                                     * @description `not-worse`: publish if it is shown to be no worse. `unless-worse`: publish unless it is shown to be worse. `always`: publish without a comparison.
                                     * @default not-worse
                                     * @enum {string}
                                     */
                                    rule: "not-worse" | "unless-worse" | "always";
                                    /**
                                     * @default ndcg@10
                                     * @enum {string}
                                     */
                                    metric: "recall@10" | "ndcg@10" | "recall@50" | "ndcg@50" | "mrr";
                                    /**
                                     * @description Share of the live version’s metric by which another version may be lower and is no worse.
                                     * @default 0.05
                                     */
                                    tolerance: number;
                                    /**
                                     * @description With fewer users to compare on, nothing is shown.
                                     * @default 100
                                     */
                                    minUsers: number;
                                    /**
                                     * @description Share of the events since the live version’s training on which both are compared: the newest.
                                     * @default 0.5
                                     */
                                    share: number;
                                };
                                /** @description CPU threads of a run. Default: one per core. */
                                threads?: number;
                                /**
                                 * @description Publications, and models of jobs, that stay on disk.
                                 * @default 3
                                 */
                                keep: number;
                            };
                            /** @description What was served at the start. */
                            live?: {
                                publication: string;
                                model: string | null;
                            };
                            verdict?: {
                                /**
                                 * @description What the comparison shows.
                                 * @enum {string}
                                 */
                                finding: "not-worse" | "worse" | "unclear" | "nothing-to-compare" | "not-compared";
                                /** @description What the rule says for this finding. */
                                publish: boolean;
                                /** @description The rule with its numbers, for people. */
                                reason: string;
                                /** @description Users whose next choice both versions had to find. */
                                users: number;
                                /** @enum {string} */
                                metric: "recall@10" | "ndcg@10" | "recall@50" | "ndcg@50" | "mrr";
                                tolerance: number;
                                /** @description The metric of the live version. */
                                live?: number;
                                /** @description The metric of the version that was trained for the comparison. */
                                candidate?: number;
                                /** @description `candidate` − `live`. */
                                difference?: number;
                                /** @description 95 % interval of the difference, paired by user. */
                                interval?: number[];
                                /** @description The live version has learned from events up to here, in Unix seconds. */
                                liveUntil?: number;
                                /** @description Both were compared on what came from here on; the candidate was trained on what came before, in Unix seconds. */
                                from?: number;
                                /** @description The newest event that both were compared on, in Unix seconds. */
                                to?: number;
                            };
                            /** @description The model that was trained to be published. */
                            model?: string;
                            /** @description The newest event that this model has learned from, in Unix seconds. */
                            learnedUntil?: number;
                            publication?: string;
                            /** @description Models of former runs that were removed. */
                            pruned?: string[];
                            error?: {
                                code: string;
                                message: string;
                            };
                        };
                    };
                };
            };
        };
    };
    putJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of a job. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description Whether the schedule runs it. It can always be run by hand.
                     * @default true
                     */
                    enabled?: boolean;
                    /** @description Seconds from the start of one run to the next. */
                    every?: number;
                    cron?: string;
                    /**
                     * @description Of `cron`.
                     * @default UTC
                     */
                    timeZone?: string;
                    /** @description Runs when as many events came since its last run. */
                    afterEvents?: number;
                    /** @default {} */
                    train?: {
                        /**
                         * @default learn
                         * @enum {string}
                         */
                        preset?: "learn" | "linear" | "content-only" | "id-only" | "learn-paper" | "sasrec";
                        /** @description Options that replace those of the preset: group → option → value. */
                        config?: {
                            [key: string]: {
                                [key: string]: unknown;
                            };
                        };
                        /**
                         * @default leave-one-out
                         * @enum {string}
                         */
                        protocol?: "leave-one-out" | "temporal";
                        /**
                         * @description What is trained once more, with the settings that were selected.
                         * @default all
                         * @enum {string}
                         */
                        refit?: "none" | "valid" | "all";
                        /** @default 42 */
                        seed?: number;
                        /**
                         * @description `live`: the towers begin with the values of the live version, if it has the same preset.
                         * @default scratch
                         * @enum {string}
                         */
                        start?: "scratch" | "live";
                    };
                    /** @default {} */
                    gate?: {
                        /**
                         * @description `not-worse`: publish if it is shown to be no worse. `unless-worse`: publish unless it is shown to be worse. `always`: publish without a comparison.
                         * @default not-worse
                         * @enum {string}
                         */
                        rule?: "not-worse" | "unless-worse" | "always";
                        /**
                         * @default ndcg@10
                         * @enum {string}
                         */
                        metric?: "recall@10" | "ndcg@10" | "recall@50" | "ndcg@50" | "mrr";
                        /**
                         * @description Share of the live version’s metric by which another version may be lower and is no worse.
                         * @default 0.05
                         */
                        tolerance?: number;
                        /**
                         * @description With fewer users to compare on, nothing is shown.
                         * @default 100
                         */
                        minUsers?: number;
                        /**
                         * @description Share of the events since the live version’s training on which both are compared: the newest.
                         * @default 0.5
                         */
                        share?: number;
                    };
                    /** @description CPU threads of a run. Default: one per core. */
                    threads?: number;
                    /**
                     * @description Publications, and models of jobs, that stay on disk.
                     * @default 3
                     */
                    keep?: number;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        name: string;
                        /** @description When it was added or changed, in Unix seconds. */
                        at: number;
                        /** @description Events in the store then. */
                        events: number;
                        settings: {
                            /**
                             * @description Whether the schedule runs it. It can always be run by hand.
                             * @default true
                             */
                            enabled: boolean;
                            /** @description Seconds from the start of one run to the next. */
                            every?: number;
                            cron?: string;
                            /**
                             * @description Of `cron`.
                             * @default UTC
                             */
                            timeZone: string;
                            /** @description Runs when as many events came since its last run. */
                            afterEvents?: number;
                            train: {
                                /**
                                 * @default learn
                                 * @enum {string}
                                 */
                                preset: "learn" | "linear" | "content-only" | "id-only" | "learn-paper" | "sasrec";
                                /** @description Options that replace those of the preset: group → option → value. */
                                config?: {
                                    [key: string]: {
                                        [key: string]: unknown;
                                    };
                                };
                                /**
                                 * @default leave-one-out
                                 * @enum {string}
                                 */
                                protocol: "leave-one-out" | "temporal";
                                /**
                                 * @description What is trained once more, with the settings that were selected.
                                 * @default all
                                 * @enum {string}
                                 */
                                refit: "none" | "valid" | "all";
                                /** @default 42 */
                                seed: number;
                                /**
                                 * @description `live`: the towers begin with the values of the live version, if it has the same preset.
                                 * @default scratch
                                 * @enum {string}
                                 */
                                start: "scratch" | "live";
                            };
                            gate: {
                                /**
                                 * @description `not-worse`: publish if it is shown to be no worse. `unless-worse`: publish unless it is shown to be worse. `always`: publish without a comparison.
                                 * @default not-worse
                                 * @enum {string}
                                 */
                                rule: "not-worse" | "unless-worse" | "always";
                                /**
                                 * @default ndcg@10
                                 * @enum {string}
                                 */
                                metric: "recall@10" | "ndcg@10" | "recall@50" | "ndcg@50" | "mrr";
                                /**
                                 * @description Share of the live version’s metric by which another version may be lower and is no worse.
                                 * @default 0.05
                                 */
                                tolerance: number;
                                /**
                                 * @description With fewer users to compare on, nothing is shown.
                                 * @default 100
                                 */
                                minUsers: number;
                                /**
                                 * @description Share of the events since the live version’s training on which both are compared: the newest.
                                 * @default 0.5
                                 */
                                share: number;
                            };
                            /** @description CPU threads of a run. Default: one per core. */
                            threads?: number;
                            /**
                             * @description Publications, and models of jobs, that stay on disk.
                             * @default 3
                             */
                            keep: number;
                        };
                    };
                };
            };
        };
    };
    deleteJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of a job. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        deleted: string;
                    };
                };
            };
        };
    };
    runJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of a job. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        job: string;
                        /**
                         * @description What started it.
                         * @enum {string}
                         */
                        trigger: "schedule" | "events" | "person";
                        /** @enum {string} */
                        state: "running" | "succeeded" | "failed" | "cancelled" | "interrupted";
                        /**
                         * @description Of a run that succeeded. `kept`: the gate kept the live version. `unchanged`: nothing new to learn from. `held`: publishing is held since a rollback.
                         * @enum {string}
                         */
                        outcome?: "published" | "kept" | "unchanged" | "held";
                        /** @description Start, in Unix seconds. */
                        startedAt: number;
                        /** @description End, in Unix seconds. */
                        endedAt?: number;
                        pid: number;
                        host: string;
                        /** @description Events in the store at the start. */
                        events: number;
                        /**
                         * @description The step that runs, or ran last.
                         * @enum {string}
                         */
                        step?: "encode" | "compare" | "train" | "publish";
                        progress?: {
                            stage: string;
                            done: number;
                            total?: number;
                            unit: string;
                            note?: string;
                        };
                        /** @description The job as it was at the start. */
                        settings: {
                            /**
                             * @description Whether the schedule runs it. It can always be run by hand.
                             * @default true
                             */
                            enabled: boolean;
                            /** @description Seconds from the start of one run to the next. */
                            every?: number;
                            cron?: string;
                            /**
                             * @description Of `cron`.
                             * @default UTC
                             */
                            timeZone: string;
                            /** @description Runs when as many events came since its last run. */
                            afterEvents?: number;
                            train: {
                                /**
                                 * @default learn
                                 * @enum {string}
                                 */
                                preset: "learn" | "linear" | "content-only" | "id-only" | "learn-paper" | "sasrec";
                                /** @description Options that replace those of the preset: group → option → value. */
                                config?: {
                                    [key: string]: {
                                        [key: string]: unknown;
                                    };
                                };
                                /**
                                 * @default leave-one-out
                                 * @enum {string}
                                 */
                                protocol: "leave-one-out" | "temporal";
                                /**
                                 * @description What is trained once more, with the settings that were selected.
                                 * @default all
                                 * @enum {string}
                                 */
                                refit: "none" | "valid" | "all";
                                /** @default 42 */
                                seed: number;
                                /**
                                 * @description `live`: the towers begin with the values of the live version, if it has the same preset.
                                 * @default scratch
                                 * @enum {string}
                                 */
                                start: "scratch" | "live";
                            };
                            gate: {
                                /**
                                 * @description `not-worse`: publish if it is shown to be no worse. `unless-worse`: publish unless it is shown to be worse. `always`: publish without a comparison.
                                 * @default not-worse
                                 * @enum {string}
                                 */
                                rule: "not-worse" | "unless-worse" | "always";
                                /**
                                 * @default ndcg@10
                                 * @enum {string}
                                 */
                                metric: "recall@10" | "ndcg@10" | "recall@50" | "ndcg@50" | "mrr";
                                /**
                                 * @description Share of the live version’s metric by which another version may be lower and is no worse.
                                 * @default 0.05
                                 */
                                tolerance: number;
                                /**
                                 * @description With fewer users to compare on, nothing is shown.
                                 * @default 100
                                 */
                                minUsers: number;
                                /**
                                 * @description Share of the events since the live version’s training on which both are compared: the newest.
                                 * @default 0.5
                                 */
                                share: number;
                            };
                            /** @description CPU threads of a run. Default: one per core. */
                            threads?: number;
                            /**
                             * @description Publications, and models of jobs, that stay on disk.
                             * @default 3
                             */
                            keep: number;
                        };
                        /** @description What was served at the start. */
                        live?: {
                            publication: string;
                            model: string | null;
                        };
                        verdict?: {
                            /**
                             * @description What the comparison shows.
                             * @enum {string}
                             */
                            finding: "not-worse" | "worse" | "unclear" | "nothing-to-compare" | "not-compared";
                            /** @description What the rule says for this finding. */
                            publish: boolean;
                            /** @description The rule with its numbers, for people. */
                            reason: string;
                            /** @description Users whose next choice both versions had to find. */
                            users: number;
                            /** @enum {string} */
                            metric: "recall@10" | "ndcg@10" | "recall@50" | "ndcg@50" | "mrr";
                            tolerance: number;
                            /** @description The metric of the live version. */
                            live?: number;
                            /** @description The metric of the version that was trained for the comparison. */
                            candidate?: number;
                            /** @description `candidate` − `live`. */
                            difference?: number;
                            /** @description 95 % interval of the difference, paired by user. */
                            interval?: number[];
                            /** @description The live version has learned from events up to here, in Unix seconds. */
                            liveUntil?: number;
                            /** @description Both were compared on what came from here on; the candidate was trained on what came before, in Unix seconds. */
                            from?: number;
                            /** @description The newest event that both were compared on, in Unix seconds. */
                            to?: number;
                        };
                        /** @description The model that was trained to be published. */
                        model?: string;
                        /** @description The newest event that this model has learned from, in Unix seconds. */
                        learnedUntil?: number;
                        publication?: string;
                        /** @description Models of former runs that were removed. */
                        pruned?: string[];
                        error?: {
                            code: string;
                            message: string;
                        };
                    };
                };
            };
        };
    };
    cancelJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of a job. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        job: string;
                        /**
                         * @description What started it.
                         * @enum {string}
                         */
                        trigger: "schedule" | "events" | "person";
                        /** @enum {string} */
                        state: "running" | "succeeded" | "failed" | "cancelled" | "interrupted";
                        /**
                         * @description Of a run that succeeded. `kept`: the gate kept the live version. `unchanged`: nothing new to learn from. `held`: publishing is held since a rollback.
                         * @enum {string}
                         */
                        outcome?: "published" | "kept" | "unchanged" | "held";
                        /** @description Start, in Unix seconds. */
                        startedAt: number;
                        /** @description End, in Unix seconds. */
                        endedAt?: number;
                        pid: number;
                        host: string;
                        /** @description Events in the store at the start. */
                        events: number;
                        /**
                         * @description The step that runs, or ran last.
                         * @enum {string}
                         */
                        step?: "encode" | "compare" | "train" | "publish";
                        progress?: {
                            stage: string;
                            done: number;
                            total?: number;
                            unit: string;
                            note?: string;
                        };
                        /** @description The job as it was at the start. */
                        settings: {
                            /**
                             * @description Whether the schedule runs it. It can always be run by hand.
                             * @default true
                             */
                            enabled: boolean;
                            /** @description Seconds from the start of one run to the next. */
                            every?: number;
                            cron?: string;
                            /**
                             * @description Of `cron`.
                             * @default UTC
                             */
                            timeZone: string;
                            /** @description Runs when as many events came since its last run. */
                            afterEvents?: number;
                            train: {
                                /**
                                 * @default learn
                                 * @enum {string}
                                 */
                                preset: "learn" | "linear" | "content-only" | "id-only" | "learn-paper" | "sasrec";
                                /** @description Options that replace those of the preset: group → option → value. */
                                config?: {
                                    [key: string]: {
                                        [key: string]: unknown;
                                    };
                                };
                                /**
                                 * @default leave-one-out
                                 * @enum {string}
                                 */
                                protocol: "leave-one-out" | "temporal";
                                /**
                                 * @description What is trained once more, with the settings that were selected.
                                 * @default all
                                 * @enum {string}
                                 */
                                refit: "none" | "valid" | "all";
                                /** @default 42 */
                                seed: number;
                                /**
                                 * @description `live`: the towers begin with the values of the live version, if it has the same preset.
                                 * @default scratch
                                 * @enum {string}
                                 */
                                start: "scratch" | "live";
                            };
                            gate: {
                                /**
                                 * @description `not-worse`: publish if it is shown to be no worse. `unless-worse`: publish unless it is shown to be worse. `always`: publish without a comparison.
                                 * @default not-worse
                                 * @enum {string}
                                 */
                                rule: "not-worse" | "unless-worse" | "always";
                                /**
                                 * @default ndcg@10
                                 * @enum {string}
                                 */
                                metric: "recall@10" | "ndcg@10" | "recall@50" | "ndcg@50" | "mrr";
                                /**
                                 * @description Share of the live version’s metric by which another version may be lower and is no worse.
                                 * @default 0.05
                                 */
                                tolerance: number;
                                /**
                                 * @description With fewer users to compare on, nothing is shown.
                                 * @default 100
                                 */
                                minUsers: number;
                                /**
                                 * @description Share of the events since the live version’s training on which both are compared: the newest.
                                 * @default 0.5
                                 */
                                share: number;
                            };
                            /** @description CPU threads of a run. Default: one per core. */
                            threads?: number;
                            /**
                             * @description Publications, and models of jobs, that stay on disk.
                             * @default 3
                             */
                            keep: number;
                        };
                        /** @description What was served at the start. */
                        live?: {
                            publication: string;
                            model: string | null;
                        };
                        verdict?: {
                            /**
                             * @description What the comparison shows.
                             * @enum {string}
                             */
                            finding: "not-worse" | "worse" | "unclear" | "nothing-to-compare" | "not-compared";
                            /** @description What the rule says for this finding. */
                            publish: boolean;
                            /** @description The rule with its numbers, for people. */
                            reason: string;
                            /** @description Users whose next choice both versions had to find. */
                            users: number;
                            /** @enum {string} */
                            metric: "recall@10" | "ndcg@10" | "recall@50" | "ndcg@50" | "mrr";
                            tolerance: number;
                            /** @description The metric of the live version. */
                            live?: number;
                            /** @description The metric of the version that was trained for the comparison. */
                            candidate?: number;
                            /** @description `candidate` − `live`. */
                            difference?: number;
                            /** @description 95 % interval of the difference, paired by user. */
                            interval?: number[];
                            /** @description The live version has learned from events up to here, in Unix seconds. */
                            liveUntil?: number;
                            /** @description Both were compared on what came from here on; the candidate was trained on what came before, in Unix seconds. */
                            from?: number;
                            /** @description The newest event that both were compared on, in Unix seconds. */
                            to?: number;
                        };
                        /** @description The model that was trained to be published. */
                        model?: string;
                        /** @description The newest event that this model has learned from, in Unix seconds. */
                        learnedUntil?: number;
                        publication?: string;
                        /** @description Models of former runs that were removed. */
                        pruned?: string[];
                        error?: {
                            code: string;
                            message: string;
                        };
                    };
                };
            };
        };
    };
    listRuns: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of a job. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        runs: {
                            id: string;
                            job: string;
                            /**
                             * @description What started it.
                             * @enum {string}
                             */
                            trigger: "schedule" | "events" | "person";
                            /** @enum {string} */
                            state: "running" | "succeeded" | "failed" | "cancelled" | "interrupted";
                            /**
                             * @description Of a run that succeeded. `kept`: the gate kept the live version. `unchanged`: nothing new to learn from. `held`: publishing is held since a rollback.
                             * @enum {string}
                             */
                            outcome?: "published" | "kept" | "unchanged" | "held";
                            /** @description Start, in Unix seconds. */
                            startedAt: number;
                            /** @description End, in Unix seconds. */
                            endedAt?: number;
                            pid: number;
                            host: string;
                            /** @description Events in the store at the start. */
                            events: number;
                            /**
                             * @description The step that runs, or ran last.
                             * @enum {string}
                             */
                            step?: "encode" | "compare" | "train" | "publish";
                            progress?: {
                                stage: string;
                                done: number;
                                total?: number;
                                unit: string;
                                note?: string;
                            };
                            /** @description The job as it was at the start. */
                            settings: {
                                /**
                                 * @description Whether the schedule runs it. It can always be run by hand.
                                 * @default true
                                 */
                                enabled: boolean;
                                /** @description Seconds from the start of one run to the next. */
                                every?: number;
                                cron?: string;
                                /**
                                 * @description Of `cron`.
                                 * @default UTC
                                 */
                                timeZone: string;
                                /** @description Runs when as many events came since its last run. */
                                afterEvents?: number;
                                train: {
                                    /**
                                     * @default learn
                                     * @enum {string}
                                     */
                                    preset: "learn" | "linear" | "content-only" | "id-only" | "learn-paper" | "sasrec";
                                    /** @description Options that replace those of the preset: group → option → value. */
                                    config?: {
                                        [key: string]: {
                                            [key: string]: unknown;
                                        };
                                    };
                                    /**
                                     * @default leave-one-out
                                     * @enum {string}
                                     */
                                    protocol: "leave-one-out" | "temporal";
                                    /**
                                     * @description What is trained once more, with the settings that were selected.
                                     * @default all
                                     * @enum {string}
                                     */
                                    refit: "none" | "valid" | "all";
                                    /** @default 42 */
                                    seed: number;
                                    /**
                                     * @description `live`: the towers begin with the values of the live version, if it has the same preset.
                                     * @default scratch
                                     * @enum {string}
                                     */
                                    start: "scratch" | "live";
                                };
                                gate: {
                                    /**
                                     * @description `not-worse`: publish if it is shown to be no worse. `unless-worse`: publish unless it is shown to be worse. `always`: publish without a comparison.
                                     * @default not-worse
                                     * @enum {string}
                                     */
                                    rule: "not-worse" | "unless-worse" | "always";
                                    /**
                                     * @default ndcg@10
                                     * @enum {string}
                                     */
                                    metric: "recall@10" | "ndcg@10" | "recall@50" | "ndcg@50" | "mrr";
                                    /**
                                     * @description Share of the live version’s metric by which another version may be lower and is no worse.
                                     * @default 0.05
                                     */
                                    tolerance: number;
                                    /**
                                     * @description With fewer users to compare on, nothing is shown.
                                     * @default 100
                                     */
                                    minUsers: number;
                                    /**
                                     * @description Share of the events since the live version’s training on which both are compared: the newest.
                                     * @default 0.5
                                     */
                                    share: number;
                                };
                                /** @description CPU threads of a run. Default: one per core. */
                                threads?: number;
                                /**
                                 * @description Publications, and models of jobs, that stay on disk.
                                 * @default 3
                                 */
                                keep: number;
                            };
                            /** @description What was served at the start. */
                            live?: {
                                publication: string;
                                model: string | null;
                            };
                            verdict?: {
                                /**
                                 * @description What the comparison shows.
                                 * @enum {string}
                                 */
                                finding: "not-worse" | "worse" | "unclear" | "nothing-to-compare" | "not-compared";
                                /** @description What the rule says for this finding. */
                                publish: boolean;
                                /** @description The rule with its numbers, for people. */
                                reason: string;
                                /** @description Users whose next choice both versions had to find. */
                                users: number;
                                /** @enum {string} */
                                metric: "recall@10" | "ndcg@10" | "recall@50" | "ndcg@50" | "mrr";
                                tolerance: number;
                                /** @description The metric of the live version. */
                                live?: number;
                                /** @description The metric of the version that was trained for the comparison. */
                                candidate?: number;
                                /** @description `candidate` − `live`. */
                                difference?: number;
                                /** @description 95 % interval of the difference, paired by user. */
                                interval?: number[];
                                /** @description The live version has learned from events up to here, in Unix seconds. */
                                liveUntil?: number;
                                /** @description Both were compared on what came from here on; the candidate was trained on what came before, in Unix seconds. */
                                from?: number;
                                /** @description The newest event that both were compared on, in Unix seconds. */
                                to?: number;
                            };
                            /** @description The model that was trained to be published. */
                            model?: string;
                            /** @description The newest event that this model has learned from, in Unix seconds. */
                            learnedUntil?: number;
                            publication?: string;
                            /** @description Models of former runs that were removed. */
                            pruned?: string[];
                            error?: {
                                code: string;
                                message: string;
                            };
                        }[];
                    };
                };
            };
        };
    };
    getRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The name of a job. */
                name: string;
                /** @description The id of a run. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        run: {
                            id: string;
                            job: string;
                            /**
                             * @description What started it.
                             * @enum {string}
                             */
                            trigger: "schedule" | "events" | "person";
                            /** @enum {string} */
                            state: "running" | "succeeded" | "failed" | "cancelled" | "interrupted";
                            /**
                             * @description Of a run that succeeded. `kept`: the gate kept the live version. `unchanged`: nothing new to learn from. `held`: publishing is held since a rollback.
                             * @enum {string}
                             */
                            outcome?: "published" | "kept" | "unchanged" | "held";
                            /** @description Start, in Unix seconds. */
                            startedAt: number;
                            /** @description End, in Unix seconds. */
                            endedAt?: number;
                            pid: number;
                            host: string;
                            /** @description Events in the store at the start. */
                            events: number;
                            /**
                             * @description The step that runs, or ran last.
                             * @enum {string}
                             */
                            step?: "encode" | "compare" | "train" | "publish";
                            progress?: {
                                stage: string;
                                done: number;
                                total?: number;
                                unit: string;
                                note?: string;
                            };
                            /** @description The job as it was at the start. */
                            settings: {
                                /**
                                 * @description Whether the schedule runs it. It can always be run by hand.
                                 * @default true
                                 */
                                enabled: boolean;
                                /** @description Seconds from the start of one run to the next. */
                                every?: number;
                                cron?: string;
                                /**
                                 * @description Of `cron`.
                                 * @default UTC
                                 */
                                timeZone: string;
                                /** @description Runs when as many events came since its last run. */
                                afterEvents?: number;
                                train: {
                                    /**
                                     * @default learn
                                     * @enum {string}
                                     */
                                    preset: "learn" | "linear" | "content-only" | "id-only" | "learn-paper" | "sasrec";
                                    /** @description Options that replace those of the preset: group → option → value. */
                                    config?: {
                                        [key: string]: {
                                            [key: string]: unknown;
                                        };
                                    };
                                    /**
                                     * @default leave-one-out
                                     * @enum {string}
                                     */
                                    protocol: "leave-one-out" | "temporal";
                                    /**
                                     * @description What is trained once more, with the settings that were selected.
                                     * @default all
                                     * @enum {string}
                                     */
                                    refit: "none" | "valid" | "all";
                                    /** @default 42 */
                                    seed: number;
                                    /**
                                     * @description `live`: the towers begin with the values of the live version, if it has the same preset.
                                     * @default scratch
                                     * @enum {string}
                                     */
                                    start: "scratch" | "live";
                                };
                                gate: {
                                    /**
                                     * @description `not-worse`: publish if it is shown to be no worse. `unless-worse`: publish unless it is shown to be worse. `always`: publish without a comparison.
                                     * @default not-worse
                                     * @enum {string}
                                     */
                                    rule: "not-worse" | "unless-worse" | "always";
                                    /**
                                     * @default ndcg@10
                                     * @enum {string}
                                     */
                                    metric: "recall@10" | "ndcg@10" | "recall@50" | "ndcg@50" | "mrr";
                                    /**
                                     * @description Share of the live version’s metric by which another version may be lower and is no worse.
                                     * @default 0.05
                                     */
                                    tolerance: number;
                                    /**
                                     * @description With fewer users to compare on, nothing is shown.
                                     * @default 100
                                     */
                                    minUsers: number;
                                    /**
                                     * @description Share of the events since the live version’s training on which both are compared: the newest.
                                     * @default 0.5
                                     */
                                    share: number;
                                };
                                /** @description CPU threads of a run. Default: one per core. */
                                threads?: number;
                                /**
                                 * @description Publications, and models of jobs, that stay on disk.
                                 * @default 3
                                 */
                                keep: number;
                            };
                            /** @description What was served at the start. */
                            live?: {
                                publication: string;
                                model: string | null;
                            };
                            verdict?: {
                                /**
                                 * @description What the comparison shows.
                                 * @enum {string}
                                 */
                                finding: "not-worse" | "worse" | "unclear" | "nothing-to-compare" | "not-compared";
                                /** @description What the rule says for this finding. */
                                publish: boolean;
                                /** @description The rule with its numbers, for people. */
                                reason: string;
                                /** @description Users whose next choice both versions had to find. */
                                users: number;
                                /** @enum {string} */
                                metric: "recall@10" | "ndcg@10" | "recall@50" | "ndcg@50" | "mrr";
                                tolerance: number;
                                /** @description The metric of the live version. */
                                live?: number;
                                /** @description The metric of the version that was trained for the comparison. */
                                candidate?: number;
                                /** @description `candidate` − `live`. */
                                difference?: number;
                                /** @description 95 % interval of the difference, paired by user. */
                                interval?: number[];
                                /** @description The live version has learned from events up to here, in Unix seconds. */
                                liveUntil?: number;
                                /** @description Both were compared on what came from here on; the candidate was trained on what came before, in Unix seconds. */
                                from?: number;
                                /** @description The newest event that both were compared on, in Unix seconds. */
                                to?: number;
                            };
                            /** @description The model that was trained to be published. */
                            model?: string;
                            /** @description The newest event that this model has learned from, in Unix seconds. */
                            learnedUntil?: number;
                            publication?: string;
                            /** @description Models of former runs that were removed. */
                            pruned?: string[];
                            error?: {
                                code: string;
                                message: string;
                            };
                        };
                        /** @description At most 20,000 characters: its last lines. */
                        log: string;
                    };
                };
            };
        };
    };
    listPublications: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        publications: {
                            version: string;
                            /** @description When it was published, in Unix seconds. */
                            createdAt: number;
                            model: string | null;
                            isLive: boolean;
                            /** @description Somebody went back from it. */
                            isRolledBack: boolean;
                        }[];
                        isHeld: boolean;
                    };
                };
            };
        };
    };
    rollBack: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Default: the publication before the live one. */
                    to?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        from: string;
                        to: string;
                        model: string | null;
                    };
                };
            };
        };
    };
    resumePublishing: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {boolean} */
                        isHeld: false;
                    };
                };
            };
        };
    };
    bulkEvents: {
        parameters: {
            query?: {
                /** @description At a line that is not valid: end the upload, or go on with the next line. */
                onError?: "stop" | "skip";
                /** @description The program that wrote the lines: 'ga4', 'segment', 'snowplow', 'ubi'. Default: Lorekeep. */
                format?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /** @example {"id":"e1","user":"ann","item":"B1","type":"click","request":"r1","position":0} */
                "application/x-ndjson": string;
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Every line up to this one is done: on disk, or among `refused`. To resume, send those behind it. */
                        lastLine: number;
                        /** @description Lines that are done, without empty ones. */
                        lines: number;
                        /** @description How much was not stored because it is not valid; `problems` says why. */
                        refused: number;
                        /** @description The first 100 of them. */
                        problems: {
                            /** @description The number of the line, from 1. */
                            line: number;
                            /** @description Stable, for programs. */
                            code: string;
                            message: string;
                        }[];
                        /** @description Events that are on disk now and were not there before. */
                        accepted: number;
                        /** @description Events whose id is stored already. */
                        duplicates: number;
                        /** @description Events of other programs that say nothing of a single item, or whose name the mapping does not have. */
                        ignored: number;
                        /** @description The first 100 of their names. */
                        ignoredNames: {
                            name: string;
                            /** @description Whether the mapping has it. */
                            known: boolean;
                            count: number;
                        }[];
                    };
                };
            };
        };
    };
    bulkItems: {
        parameters: {
            query?: {
                /** @description At a line that is not valid: end the upload, or go on with the next line. */
                onError?: "stop" | "skip";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /** @example {"id":"B1","title":"A lamp","price":19.5} */
                "application/x-ndjson": string;
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Every line up to this one is done: on disk, or among `refused`. To resume, send those behind it. */
                        lastLine: number;
                        /** @description Lines that are done, without empty ones. */
                        lines: number;
                        /** @description How much was not stored because it is not valid; `problems` says why. */
                        refused: number;
                        /** @description The first 100 of them. */
                        problems: {
                            /** @description The number of the line, from 1. */
                            line: number;
                            /** @description Stable, for programs. */
                            code: string;
                            message: string;
                        }[];
                        /** @description Items that are on disk and, if they have a text, retrievable now. */
                        accepted: number;
                        /** @description How many of them have a new or changed text. */
                        encoded: number;
                    };
                };
            };
        };
    };
}
